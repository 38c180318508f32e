"""Needs the files of all trials, the parity gate and the examples. Makes the tables of this machine and of all."""


# The second stage: what the first trials leave undecided gets further ones, in the same invocation. What decides is not
# an input: to change a rule of verdicts measures nothing.
checkpoint extend:
    input:
        snakefile.trial_files(SETTINGS, RESULTS),
        snakefile.parity_files(SETTINGS, RESULTS),
    output:
        FURTHER,
    log:
        f"{RESULTS}/logs/extend.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        most_trials=SETTINGS.most_trials,
        equal_within=SETTINGS.equal_within,
    shell:
        "python workflow/scripts/extend.py"
        " --results results"
        " --hardware {params.hardware}"
        " --most-trials {params.most_trials}"
        " --equal-within {params.equal_within}"
        " --output {output}"
        " > {log} 2>&1"


rule collect:
    input:
        snakefile.trial_files(SETTINGS, RESULTS),
        further_trials,
        snakefile.parity_files(SETTINGS, RESULTS),
        snakefile.event_files(SETTINGS, RESULTS),
        snakefile.release_files(SETTINGS, RESULTS),
        f"{RESULTS}/hardware.json",
        snakefile.made_with(snakefile.TABULATED),
        others=snakefile.foreign_files(RESULTS),
    output:
        tables=[f"{RESULTS}/{name}.parquet" for name in vocabulary.COLLECTED],
        merged=[f"{TABLES}/{name}.parquet" for name in vocabulary.COLLECTED],
        sheets=[f"{TABLES}/{name}.csv" for name in vocabulary.COLLECTED],
        machines=f"{TABLES}/machines.json",
        workloads=directory(f"{TABLES}/workloads"),
    log:
        f"{RESULTS}/logs/collect.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        tables=subpath(output.machines, parent=True),
        equal_within=SETTINGS.equal_within,
        packages=table_packages,
    shell:
        "python workflow/scripts/collect.py"
        " --results results"
        " --hardware {params.hardware}"
        " --tables {params.tables}"
        " --equal-within {params.equal_within}"
        " > {log} 2>&1"


rule judge:
    input:
        rules.collect.output.merged,
        rules.collect.output.machines,
        snakefile.made_with(snakefile.JUDGED),
        snakefile.obvious_implementations(),
        claims="workflow/article/claims.yaml",
        references="workflow/article/references.yaml",
    output:
        table=f"{TABLES}/claims.parquet",
        sheet=f"{TABLES}/claims.csv",
    log:
        f"{RESULTS}/logs/judge.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        tables=subpath(output.table, parent=True),
    shell:
        "python workflow/scripts/judge.py"
        " --tables {params.tables}"
        " --machine {params.hardware}"
        " --claims {input.claims}"
        " --references {input.references}"
        " --output {output.table}"
        " > {log} 2>&1"
