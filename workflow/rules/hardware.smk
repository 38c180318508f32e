"""Needs nothing. Makes hardware.json: what this machine is."""


rule describe:
    output:
        f"{RESULTS}/hardware.json",
    log:
        f"{RESULTS}/logs/describe.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
        cpu_threads=SETTINGS.cpu_threads,
    shell:
        "python workflow/scripts/describe.py"
        " --hardware {params.hardware}"
        " --cpu-threads {params.cpu_threads}"
        " --output {output}"
        " 2> {log}"
