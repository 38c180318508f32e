"""Needs the workloads. Makes one Parquet file per run, and what the parity gate and the examples observed.

Everything runs through `shell:`, because `script:` and `notebook:` append the caller's packages to an environment's.
Results do not depend on files by their age: a run records a digest of its sources, and grid.state compares it.
"""


rule measure:
    input:
        ancient(sources),
    output:
        f"{RESULTS}/runs/{{family}}/{{workload}}/{{task}}-{{size}}-{{precision}}-{{device}}/{{framework}}-{{mode}}.{{run}}.parquet",
    log:
        f"{RESULTS}/logs/{{family}}/{{workload}}/{{task}}-{{size}}-{{precision}}-{{device}}/{{framework}}-{{mode}}.{{run}}.log",
    priority: planning.priority
    conda:
        "../../envs/{framework}-{device}.yaml"
    threads: every_core
    params:
        hardware=HARDWARE,
        cpu_threads=SETTINGS.cpu_threads,
        settings=f"{RESULTS}/settings.json",
        caches=f"{RESULTS}/cache",
    shell:
        "python workflow/bench/measure.py"
        " --family {wildcards.family}"
        " --workload {wildcards.workload}"
        " --task {wildcards.task}"
        " --size {wildcards.size}"
        " --precision {wildcards.precision}"
        " --device {wildcards.device}"
        " --framework {wildcards.framework}"
        " --mode {wildcards.mode}"
        " --run {wildcards.run}"
        " --hardware {params.hardware}"
        " --cpu-threads {params.cpu_threads}"
        " --settings {params.settings}"
        " --caches {params.caches}"
        " --output {output}"
        " 2> {log}"


# The gate and the examples are not timed against each other, so they may run side by side, but they come first:
# nothing runs beside a measurement. The examples begin, for one of them takes longer than all others.
rule check:
    input:
        ancient(planning.sources),
    output:
        f"{RESULTS}/parity/{{family}}/{{workload}}/{{framework}}.parquet",
    log:
        f"{RESULTS}/logs/parity/{{family}}/{{workload}}/{{framework}}.log",
    priority: 1_000_000_000
    conda:
        "../../envs/{framework}-cpu.yaml"
    params:
        digest=planning.source_digest,
        checks=checks,
        caches=f"{RESULTS}/cache",
    shell:
        "python workflow/bench/parity.py"
        " --workload {wildcards.family}/{wildcards.workload}"
        " --framework {wildcards.framework}"
        " --checks {params.checks}"
        " --caches {params.caches}"
        " --output {output}"
        " > {log} 2>&1"


rule demonstrate:
    input:
        ancient(planning.example_sources),
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
        digest=planning.example_digest,
        caches=f"{RESULTS}/cache",
    shell:
        "python workflow/bench/demonstrate.py"
        " --workload graph/{wildcards.workload}"
        " --framework {wildcards.framework}"
        " --hardware {params.hardware}"
        " --caches {params.caches}"
        " --output {output}"
        " > {log} 2>&1"
