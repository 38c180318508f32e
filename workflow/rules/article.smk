"""Needs the merged tables, the notebooks and the texts. Makes one page per language, and its data beside it.

papermill is called through `shell:`, in the environment of the article.
"""


rule write:
    input:
        rules.collect.output.merged,
        rules.judge.output,
        snakefile.article_sources(),
        machines=rules.collect.output.machines,
        notebook="workflow/article/notebooks/{section}.ipynb",
    output:
        executed="report/data/notebooks/{language}/{section}.ipynb",
        figures=directory("report/data/figures/{language}/{section}"),
    log:
        f"{RESULTS}/logs/article/{{language}}/{{section}}.log",
    retries: 1  # kernels that start side by side may take each other's port
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        tables=subpath(input.machines, parent=True),
    shell:
        "papermill {input.notebook} {output.executed}"
        " --kernel python3"
        " --parameters tables {params.tables}"
        " --parameters machine {params.hardware}"
        " --parameters language {wildcards.language}"
        " --parameters workflow workflow"
        " > {log} 2>&1"


# English is the page at the top, every other language has a folder.
rule render:
    input:
        snakefile.article_sources(),
        notebooks=snakefile.notebooks,
        figures=snakefile.figures,
        citation="CITATION.cff",
        machines=rules.collect.output.machines,
    output:
        report(
            "report/{folder}index.html",
            caption="../report/article.rst",
            category="Article",
            labels=snakefile.labels,
        ),
    log:
        f"{RESULTS}/logs/article/{{folder}}page.log",
    wildcard_constraints:
        folder="|zh/",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        tables=subpath(input.machines, parent=True),
        language=snakefile.language,
        notebooks=snakefile.notebook_folder,
        alternates=snakefile.alternates(SETTINGS),
        site=snakefile.site(SETTINGS),
    shell:
        "python workflow/scripts/render.py"
        " --language {params.language}"
        " --notebooks {params.notebooks}"
        " --tables {params.tables}"
        " --machine {params.hardware}"
        " --output {output}"
        " {params.alternates}"
        " {params.site}"
        " > {log} 2>&1"
