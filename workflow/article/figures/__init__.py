"""One module per figure: tidy data and words in, a drawing of panels out.

No figure reads a file, computes a statistic or knows a word of a language. A panel is a Matplotlib figure of its own,
`axes.WIDTH` wide, and a point of Matplotlib is a pixel of the page. Colours are those of `palette`, from which `svg`
makes the variables of the page.

The parts of the article import a figure inside the function that draws it: seaborn is slow to import, and a section
without figures does without.
"""
