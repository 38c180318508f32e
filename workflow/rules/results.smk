"""Needs the files of all runs, the parity gate and the examples. Makes the tables of this machine and of all."""


rule collect:
    input:
        planning.run_files(SETTINGS, RESULTS),
        planning.parity_files(SETTINGS, RESULTS),
        planning.event_files(SETTINGS, RESULTS),
        f"{RESULTS}/hardware.json",
        planning.COLLECTING,
        others=planning.foreign_files(RESULTS),
    output:
        tables=[f"{RESULTS}/{name}.parquet" for name in planning.TABLES],
        merged=[f"{TABLES}/{name}.parquet" for name in planning.TABLES],
        sheets=[f"{TABLES}/{name}.csv" for name in planning.TABLES],
        machines=f"{TABLES}/machines.json",
    log:
        f"{RESULTS}/logs/collect.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        tables=subpath(output.machines, parent=True),
    shell:
        "python workflow/bench/collect.py"
        " --results results"
        " --hardware {params.hardware}"
        " --tables {params.tables}"
        " > {log} 2>&1"


rule judge:
    input:
        rules.collect.output.merged,
        rules.collect.output.machines,
        planning.JUDGING,
        "workflow/article/claims.yaml",
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
        "python workflow/bench/judge.py"
        " --tables {params.tables}"
        " --machine {params.hardware}"
        " --output {output.table}"
        " > {log} 2>&1"
