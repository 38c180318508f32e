"""Needs nothing. Makes hardware.json (what this machine is) and settings.json (what its runs are asked for)."""


rule describe:
    output:
        f"{RESULTS}/hardware.json",
    log:
        f"{RESULTS}/logs/describe.log",
    conda:
        "../../envs/article.yaml"
    params:
        hardware=HARDWARE,
    shell:
        "python workflow/bench/hardware.py --hardware {params.hardware} --output {output} 2> {log}"


rule settle:
    output:
        f"{RESULTS}/settings.json",
    log:
        f"{RESULTS}/logs/settle.log",
    conda:
        "../../envs/article.yaml"
    params:
        settings=SETTINGS.written(),
    shell:
        "cat > {output} 2> {log} <<'END'\n{params.settings}END\n"
