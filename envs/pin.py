"""Write the environment of another version of a framework: resolved by pip, every package with its exact version.

    python envs/pin.py jax@0.9.1 [--device cpu|cuda] [--again]

It prints the path of `envs/jax-cpu@0.9.1.yaml`, from which `make` makes a venv and Snakemake a conda environment. What
is not the framework's own is what the default has, so that a difference is the framework's; where the version does not
go with that, its own requirements decide, and the file says so. A file that is there is kept, unless --again. Standard
library alone; pip asks the registry that it is set up for.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
RELEASE = re.compile(r"(torch|jax)@([0-9][0-9a-z.+]{0,40})")
TITLES = {"torch": "PyTorch", "jax": "JAX"}
DEVICES = {"cpu": "on the CPU", "cuda": "with CUDA"}
OWN = {"jax": r"jax|jaxlib|jax-cuda.*|nvidia-.*", "torch": r"torch|triton|nvidia-.*|cuda-.*"}
"""The packages that come with a version of a framework, as a pattern of their names."""
ONLY_CUDA = r"triton|nvidia-.*|cuda-.*"
"""What the build for the CPU does not have; PyPI's build of torch asks for it even where only the CPU is used."""
PIN = re.compile(r"^ +- ([A-Za-z0-9._-]+(?:\[[a-z0-9]+\])?)==(\S+)$", re.MULTILINE)
DEPENDENCIES = "      # What those depend on"


def main() -> None:
    """Write the file, unless it is there, and print its path."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", help="framework@version, as jax@0.9.1")
    parser.add_argument("--device", choices=tuple(DEVICES), default="cpu", help="which packages")
    parser.add_argument("--again", action="store_true", help="resolve once more what is there")
    options = parser.parse_args()
    framework, version = parts_of(options.release)
    path = ROOT / "envs" / f"{framework}-{options.device}@{version}.yaml"
    if options.again or not path.exists():
        default = (ROOT / "envs" / f"{framework}-{options.device}.yaml").read_text()
        path.write_text(environment(framework, version, options.device, default))
    print(path)


def parts_of(release: str) -> tuple[str, str]:
    """The framework and the version. Ends the program with a sentence where it is neither, or the default."""
    found = RELEASE.fullmatch(release)
    if not found:
        sys.exit(f"The release is {release!r}, allowed are torch and jax with a version, as jax@0.9.1.")
    framework, version = found.groups()
    if f"{framework}=={version}" in CONSTRAINTS.read_text().splitlines():
        sys.exit(f"The release is {release!r}, which is the default: name another version than that of {CONSTRAINTS}.")
    return framework, version


def environment(framework: str, version: str, device: str, default: str) -> str:
    """The text of the file, like that of the default's, `default`, with the packages of the version."""
    head, direct = split(default)
    kept = {normal(name): pin for name, pin in PIN.findall(default) if not own(framework, name)}
    names = [name for name, _ in direct]
    found = resolved(wished(framework, version, names, kept), kept)
    if not found:
        loose = resolved(wished(framework, version, names, {}), {})
        kept = {name: pin for name, pin in kept.items() if name not in limited(loose.get(framework, {}))}
        found = resolved(wished(framework, version, names, kept), kept) or loose
    if not found:
        sys.exit(f"pip finds no packages for {framework} {version}, for the reason above: name another version.")
    pins = {name: told["version"].partition("+")[0] for name, told in found.items()} | {framework: version}
    default_pins = dict(PIN.findall(default))
    changed = [name for name, pin in pins.items() if not own(framework, name) and default_pins.get(name, pin) != pin]
    note = f"the default has another {', '.join(sorted(changed))}" if changed else "all else is as in the default"
    if device == "cpu":
        pins = {name: pin for name, pin in pins.items() if not re.fullmatch(ONLY_CUDA, name)}
    names = [name for name in names if normal(name) in pins]
    others = sorted(pins.keys() - {normal(name) for name in names})
    lines = [
        f"# {TITLES[framework]} {version} {DEVICES[device]}; {note}.",
        f"# Written by python envs/pin.py {framework}@{version} --device {device}",
        *head,
        *(f"      - {name}=={pins[normal(name)]}" for name in names),
        DEPENDENCIES,
        *(f"      - {name}=={pins[name]}" for name in others),
    ]
    return "\n".join(lines) + "\n"


def wished(framework: str, version: str, names: list[str], pins: dict[str, str]) -> list[str]:
    """What pip is asked for: the framework in the version, the others at their pins, where they have one."""
    versions = pins | {framework: version}
    return [f"{name}=={versions[normal(name)]}" if normal(name) in versions else name for name in names]


def limited(told: dict) -> set[str]:
    """The packages of which the metadata of a package refuse some newer versions."""
    needs = [need.partition(";") for need in told.get("requires_dist", []) if "extra ==" not in need]
    return {normal(re.split(r"[ ;<>=!~(\[]", name)[0]) for name, *_ in needs if re.search(r"<|==|~=|!=", name)}


def split(default: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Of the default's file what stands before the pins, and the pins that it names for their own sake."""
    named = default.partition(DEPENDENCIES)[0]
    lines = [line for line in named.splitlines() if not line.startswith("#") and not PIN.match(line)]
    return lines, PIN.findall(named)


def own(framework: str, name: str) -> bool:
    """Whether a package, whatever its pin, comes with the version of the framework."""
    return re.fullmatch(OWN[framework], normal(name)) is not None


def normal(name: str) -> str:
    """The name of a package as registries compare it, without extras and version."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=]", name)[0]).lower()


def resolved(wished: list[str], constraints: dict[str, str]) -> dict[str, dict]:
    """Name → metadata of all that pip would install into an empty environment of this Python; {} where it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        limits, report = Path(folder, "constraints.txt"), Path(folder, "report.json")
        limits.write_text("".join(f"{name}=={pin}\n" for name, pin in constraints.items()))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--disable-pip-version-check", "--constraint", str(limits), "--report", str(report), *wished]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
            return {}
        found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    return {normal(told["name"]): told for told in found}


if __name__ == "__main__":
    main()
