"""PyTorch against JAX: measure both on this machine and render the article from the numbers.

snakemake --cores all                     everything, in the environment at hand
snakemake --cores all --use-conda         the same, each run in the conda environment of its framework and device
snakemake --cores all -n                  what would run, and how long it is expected to take
"""

from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"
include: "workflow/rules/hardware.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/article.smk"


rule all:
    default_target: True
    input:
        pages,
