// The other language opens at the same place, with the same view of the explorer.
for (const link of document.querySelectorAll(".tools a[hreflang]"))
  for (const moment of ["click", "auxclick", "contextmenu"])
    link.addEventListener(moment, () => (link.hash = location.hash));
