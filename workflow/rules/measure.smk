"""Needs the workloads. Makes one Parquet file per trial, and what the parity gate and the examples observed.

Everything runs through `shell:`, because `script:` and `notebook:` append the caller's packages to an environment's.
No result depends on files by their age. A run records the digest of what its process executes and the versions of its
packages, which planning.state compares; the gate and the examples are given theirs as parameters.
"""


# One job needs several environments: a rule for each writes down its interpreter, and the trial starts its processes
# with those.
rule locate:
    output:
        f"{RESULTS}/interpreters/{{framework}}-{{device}}{{version}}.json",
    log:
        f"{RESULTS}/logs/interpreters/{{framework}}-{{device}}{{version}}.log",
    priority: 3_000_000_000
    conda:
        "../../envs/{framework}-{device}{version}.yaml"
    shell:
        "python workflow/scripts/locate.py"
        " --environment {wildcards.framework}{wildcards.version}"
        " --output {output}"
        " 2> {log}"


rule measure:
    input:
        interpreters=ancient(interpreters),
    output:
        f"{RESULTS}/{{tree}}/{{family}}/{{workload}}/{{task}}-{{size}}-{{precision}}-{{device}}.{{trial}}.parquet",
    log:
        f"{RESULTS}/logs/{{tree}}/{{family}}/{{workload}}/{{task}}-{{size}}-{{precision}}-{{device}}.{{trial}}.log",
    priority: priority
    conda:
        "../../envs/article.yaml"
    threads: every_core
    params:
        hardware=HARDWARE,
        cpu_threads=SETTINGS.cpu_threads,
        variants=variants,
        twins=twins,
        settings=f"{RESULTS}/settings.json",
        caches=f"{RESULTS}/cache",
    shell:
        "python workflow/scripts/measure.py"
        " --family {wildcards.family}"
        " --workload {wildcards.workload}"
        " --task {wildcards.task}"
        " --size {wildcards.size}"
        " --precision {wildcards.precision}"
        " --device {wildcards.device}"
        " --trial {wildcards.trial}"
        " --variants {params.variants}"
        " --twins {params.twins}"
        " --interpreters {input.interpreters}"
        " --hardware {params.hardware}"
        " --cpu-threads {params.cpu_threads}"
        " --settings {params.settings}"
        " --caches {params.caches}"
        " --output {output}"
        " 2> {log}"


# The gate and the examples are not timed against each other, so they may run side by side, but they come first:
# nothing runs beside a measurement. The examples begin, for one of them takes longer than all others.
rule check:
    output:
        f"{RESULTS}/parity/{{family}}/{{workload}}/{{framework}}{{version}}.parquet",
    log:
        f"{RESULTS}/logs/parity/{{family}}/{{workload}}/{{framework}}{{version}}.log",
    priority: 1_000_000_000
    conda:
        "../../envs/{framework}-cpu{version}.yaml"
    params:
        python=python,
        digest=snakefile.check_digest,
        packages=packages,
        checks=checks,
        settings=f"{RESULTS}/settings.json",
        caches=f"{RESULTS}/cache",
    shell:
        "{params.python} workflow/scripts/check.py"
        " --workload {wildcards.family}/{wildcards.workload}"
        " --framework {wildcards.framework}"
        " --checks {params.checks}"
        " --settings {params.settings}"
        " --caches {params.caches}"
        " --output {output}"
        " > {log} 2>&1"


rule demonstrate:
    output:
        f"{RESULTS}/events/{{workload}}/{{framework}}.parquet",
    log:
        f"{RESULTS}/logs/events/{{workload}}/{{framework}}.log",
    priority: 2_000_000_000
    conda:
        "../../envs/{framework}-cpu.yaml"
    threads: example_cores
    params:
        hardware=HARDWARE,
        digest=snakefile.example_digest,
        packages=packages,
        settings=f"{RESULTS}/settings.json",
        caches=f"{RESULTS}/cache",
    shell:
        "python workflow/scripts/demonstrate.py"
        " --workload examples/{wildcards.workload}"
        " --framework {wildcards.framework}"
        " --hardware {params.hardware}"
        " --settings {params.settings}"
        " --caches {params.caches}"
        " --output {output}"
        " > {log} 2>&1"
