"""The way from a bare machine to a ready environment: pins, conda environments, the bootstrap and its sentences."""

import ast
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.checkout import ROOT

BOOTSTRAP = ROOT / "envs" / "bootstrap.py"
PIN = ROOT / "envs" / "pin.py"
RELEASES = sorted((ROOT / "envs").glob("*@*.yaml"))
ENVIRONMENTS = sorted({*(ROOT / "envs").glob("*.yaml")} - {*RELEASES})
HASHES = ROOT / "envs" / "hashes.txt"
LISTS = sorted((ROOT / "envs" / "requirements").glob("*.txt"))
CPU_INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"


def lines(path: Path) -> list[str]:
    stripped = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in stripped if line]


def pins(requirements: list[str]) -> dict[str, str]:
    """Names and exact versions; anything but name==version is refused."""
    parsed = [Requirement(line) for line in requirements]
    assert all(re.fullmatch(r"==[^*,]+", str(r.specifier)) and not r.url and not r.marker for r in parsed), requirements
    return {canonicalize_name(r.name): str(r.specifier)[2:] for r in parsed}


def environment(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())


def pip_section(path: Path) -> list[str]:
    (section,) = [entry["pip"] for entry in environment(path)["dependencies"] if isinstance(entry, dict)]
    return section


def environment_pins(path: Path) -> dict[str, str]:
    return pins([line for line in pip_section(path) if not line.startswith("-")])


def closure(requirements: list[str]) -> set[str]:
    """Names of the packages, as installed here, that the requirements bring with them."""
    waiting, seen = [Requirement(line) for line in requirements], set()
    while waiting:
        wanted = waiting.pop()
        if (wanted.name, *sorted(wanted.extras)) in seen:
            continue
        seen.add((wanted.name, *sorted(wanted.extras)))
        for text in importlib.metadata.distribution(wanted.name).requires or []:
            further = Requirement(text)
            extras = ("", *wanted.extras)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(further)
    return {canonicalize_name(name) for name, *_ in seen}


CONSTRAINTS = pins(lines(ROOT / "constraints.txt"))


@pytest.fixture(autouse=True)
def outside_of_make(monkeypatch):
    """`make test` hands its own settings down; what is tested here starts without them."""
    for key in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PRESET", "DEVICE", "PYTHON", "CXX"):
        monkeypatch.delenv(key, raising=False)


# Pins


def test_what_is_installed_is_what_is_pinned():
    installed = {canonicalize_name(d.name): d.version.split("+")[0] for d in importlib.metadata.distributions()}
    installed.pop(canonicalize_name("pip"), None)
    pinned = {name: Version(CONSTRAINTS.get(name, "0")) for name in installed}
    assert pinned == {name: Version(version) for name, version in installed.items()}


def test_every_pin_has_the_hashes_of_its_files():
    entries = HASHES.read_text().splitlines()
    hashed = pins([entry.partition(" ")[0] for entry in entries])
    assert hashed == CONSTRAINTS
    for entry in entries:
        assert re.fullmatch(r"\S+( --hash=sha256:[0-9a-f]{64})+", entry)


def runs(python: str | Path) -> bool:
    """Whether it is a Python, and not a name for one that is not chosen, as pyenv puts it on the path."""
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def python_of(version: str) -> str:
    """A Python of this version on this machine; skips the test where there is none."""
    places = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    found = next((str(place) for place in places if place and runs(place)), None)
    return found or pytest.skip(f"no Python {version} here")


@pytest.mark.slow
@pytest.mark.parametrize(
    "version",
    ["3.12", "3.13", pytest.param("3.14", marks=pytest.mark.xfail(strict=True, reason="immutables has no wheel"))],
)
def test_the_pins_are_complete_for_other_pythons(version, tmp_path):
    """Each Python asks for packages of its own. PyTorch's, which are large and the same for all, are left out."""
    lists = [path for path in LISTS if path.stem in ("jax-cpu", "workflow", "dev", "own")]
    report = tmp_path / "report.json"
    command = [python_of(version), "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
    command += [
        "--only-binary",
        ":all:",
        "--no-binary",
        "connection-pool",
        "--report",
        str(report),
        "--constraint",
        str(ROOT / "constraints.txt"),
    ]
    command += [word for path in lists for word in ("--requirement", str(path))]
    asked = subprocess.run(command, capture_output=True, text=True)
    if re.search("connection|resolution|timed out", asked.stderr, re.IGNORECASE):
        pytest.skip("the package index does not answer")
    assert asked.returncode == 0, asked.stderr
    found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    assert {canonicalize_name(told["name"]) for told in found} <= set(CONSTRAINTS)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_requirements_name_packages_and_leave_versions_to_the_constraints(path):
    for line in lines(path):
        requirement = Requirement(line)
        assert not requirement.specifier
        assert not requirement.url
        assert canonicalize_name(requirement.name) in CONSTRAINTS


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_repeats_the_pins_of_the_constraints(path):
    found = environment_pins(path)
    assert found == {name: CONSTRAINTS.get(name) for name in found}


@pytest.mark.parametrize("path", [*ENVIRONMENTS, *RELEASES], ids=lambda path: path.stem)
def test_an_environment_is_python_and_pins_from_conda_forge_and_pypi_alone(path):
    content = environment(path)
    assert set(content) == {"channels", "dependencies"}
    assert content["channels"] == ["conda-forge"]
    plain = [entry for entry in content["dependencies"] if isinstance(entry, str)]
    compiler = ["cxx-compiler"] if path.stem.startswith("torch") else []
    assert plain == ["python=3.11.*", "pip", *compiler]
    options = [line for line in pip_section(path) if line.startswith("-")]
    assert options == ([CPU_INDEX] if path.stem.partition("@")[0] == "torch-cpu" else [])


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_the_environment_of_a_release_differs_from_the_default_in_what_its_first_line_says(path):
    name, _, version = path.stem.partition("@")
    framework = name.split("-")[0]
    default, found = environment_pins(ROOT / "envs" / f"{name}.yaml"), environment_pins(path)
    assert found[framework] == version != default[framework]
    own = {"jax": {"jax", "jaxlib"}, "torch": {"torch"}}[framework]
    assert default.keys() == found.keys()
    changed = {other for other, pin in found.items() if default[other] != pin} - own
    first = path.read_text().splitlines()[0]
    assert first.endswith("as in the default.") if not changed else first.endswith(", ".join(sorted(changed)) + ".")


@pytest.mark.parametrize("name", ["torch-cpu", "jax-cpu", "numpy-cpu", "article"])
def test_an_environment_pins_the_dependencies_of_its_packages_too(name):
    requirements = [line for line in pip_section(ROOT / "envs" / f"{name}.yaml") if not line.startswith("-")]
    assert closure(requirements) == set(environment_pins(ROOT / "envs" / f"{name}.yaml"))


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_cuda_environment_is_the_cpu_environment_and_the_cuda_packages(framework):
    cuda = set(environment_pins(ROOT / "envs" / f"{framework}-cuda.yaml"))
    cpu = set(environment_pins(ROOT / "envs" / f"{framework}-cpu.yaml"))
    assert cpu < cuda
    assert all(re.match(r"nvidia-|cuda-|jax-cuda|triton", name) for name in cuda - cpu)


@pytest.mark.parametrize("part", ["torch-cpu", "torch-cuda", "jax-cpu", "jax-cuda"])
def test_a_framework_environment_holds_what_make_installs(part):
    held = environment_pins(ROOT / "envs" / f"{part}.yaml")
    assert {canonicalize_name(Requirement(line).name) for line in lines(ROOT / f"envs/requirements/{part}.txt")} <= set(
        held
    )


def test_the_article_environment_can_run_notebooks():
    assert {"papermill", "ipykernel"} <= set(environment_pins(ROOT / "envs" / "article.yaml"))


# The bootstrap's sentences


def tools(folder: Path, **scripts: str) -> str:
    """A folder of small programs, to be the whole PATH."""
    folder.mkdir(exist_ok=True)
    for name, body in scripts.items():
        program = folder / name.replace("_", "-").replace("gxx", "g++").replace("clangxx", "clang++")
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    return str(folder)


def bootstrap(
    *words: str, path: str | None = None, tree: Path = ROOT, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the bootstrap of a tree in a process of its own, in which `before` may first change what it will find."""
    script = tree / "envs" / "bootstrap.py"
    start = f"sys.argv = {[str(script), *words]!r}\nrunpy.run_path({str(script)!r}, run_name='__main__')"
    doctored = f"import runpy, sys\n{before}\n{start}"
    environ = os.environ | ({} if path is None else {"PATH": path})
    return subprocess.run([sys.executable, "-c", doctored], env=environ, capture_output=True, text=True, timeout=300)


def assert_one_sentence(answer: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert answer.stderr.strip().endswith((".", "PYTHON=python3.11"))
    for part in parts:
        assert part in answer.stderr


def test_too_old_a_python_is_told_what_to_do():
    answer = bootstrap("--check", before="sys.version_info = (3, 9, 2, 'final', 0)")
    assert_one_sentence(answer, "Python 3.9 is too old", "install Python 3.11", "PYTHON=python3.11")


def test_python_3_6_can_read_the_bootstrap():
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 6))


def test_a_real_old_python_prints_the_sentence():
    old = "3.[6-9]", "3.10"
    places = [*Path("/usr/bin").glob("python3.*"), *Path.home().glob(".pyenv/versions/*/bin/python3.*")]
    found = [path for path in places if any(path.match(f"python{version}") for version in old)]
    if not found:
        pytest.skip("no Python 3.6 to 3.10 here")
    for python in found:
        answer = subprocess.run([python, str(BOOTSTRAP), "--check"], capture_output=True, text=True)
        assert_one_sentence(answer, "is too old")


def test_a_missing_compiler_is_told_what_to_do(tmp_path):
    assert_one_sentence(bootstrap("--check", path=str(tmp_path)), "No C++ compiler", "apt-get install g++")


@pytest.mark.parametrize("compiler", ["gxx", "clangxx"])
def test_either_compiler_will_do(compiler, tmp_path):
    assert "compiler" not in bootstrap("--check", path=tools(tmp_path / "bin", **{compiler: "exit 0"})).stderr


def test_missing_python_headers_are_told_what_to_do():
    answer = bootstrap("--check", before="import sysconfig; sysconfig.get_path = lambda name: '/nowhere'")
    assert_one_sentence(answer, "Python.h", "apt-get install python3-dev")


def test_a_wished_gpu_without_a_driver_is_told_what_to_do(tmp_path):
    answer = bootstrap("--check", "--device", "cuda", path=tools(tmp_path / "bin", gxx="exit 0"))
    assert_one_sentence(answer, "No NVIDIA driver answers", "DEVICE=cpu")


@pytest.mark.parametrize(
    ("driver", "device"),
    [("echo 580.65.06", "cuda"), ("echo 'NVIDIA-SMI has failed' && exit 9", "cpu"), ("echo 550.120", "cpu")],
)
def test_the_packages_follow_the_driver(driver, device, tmp_path, tree):
    path = tools(tmp_path / "bin", gxx="exit 0", nvidia_smi=driver)
    answer = bootstrap("--check", path=path, tree=tree)
    assert f"({device})" in answer.stdout
    assert ("older than 580" in answer.stderr) == ("550" in driver)


def test_a_full_disk_is_told_what_to_do(tree):
    answer = bootstrap(
        tree=tree, before="import shutil; shutil.disk_usage = lambda path: type('', (), {'free': 10**9})"
    )
    assert_one_sentence(answer, "has 1.0 GB free", "make room")
    assert not (tree / ".venv").exists()


def test_a_python_without_venv_is_told_what_to_do(tree):
    answer = bootstrap("--device", "cpu", tree=tree, before="sys.modules['ensurepip'] = None")
    assert_one_sentence(answer, "venv module", "apt-get install python3.")


# Installing for real: the real bootstrap, venv and pip, on packages of a few bytes


def wheel(folder: Path, name: str, modules: int = 1, version: str = "1.0", needs: str = "") -> None:
    """A package of so many modules, in a version, that may need another one."""
    known = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {needs}\n" if needs else ""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for number in range(modules):
            archive.writestr(f"{name}/m{number}.py", f"value = {number}\n")
        archive.writestr(f"{known}/METADATA", metadata)
        archive.writestr(f"{known}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{known}/RECORD", "")


@pytest.fixture
def tree(tmp_path):
    """The project's bootstrap and Makefile with tiny packages in place of the real ones."""
    tree = tmp_path / "a tree"
    (tree / "envs" / "requirements").mkdir(parents=True)
    shutil.copy(BOOTSTRAP, tree / "envs")
    shutil.copy(ROOT / "Makefile", tree)
    (tree / "constraints.txt").write_text("torch==1.0\njax==1.0\nflow==1.0\ndevelop==1.0\n")
    contents = {
        "torch-cpu": "torch",
        "torch-cuda": "torch",
        "jax-cpu": "jax",
        "jax-cuda": "jax",
        "workflow": "flow",
        "dev": "develop",
    }
    for name, package in contents.items():
        (tree / "envs" / "requirements" / f"{name}.txt").write_text(package + "\n")
    (tree / "wheels").mkdir()
    for package in contents.values():
        wheel(tree / "wheels", package)
    return tree


@pytest.fixture
def offline(tree, monkeypatch):
    """Pip sees the tree's own wheels and nothing else."""
    for key in [key for key in os.environ if key.startswith("PIP_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", (tree / "wheels").as_uri())
    return tree


def record(tree: Path) -> dict[str, Any]:
    return json.loads((tree / ".venv" / "install.json").read_text())


def make(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "DEVICE=cpu", f"PYTHON={sys.executable}", *words]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=300)


def test_make_installs_once_and_records_the_seconds_of_each_part(offline):
    first = make(offline, "environment")
    assert first.returncode == 0, first.stderr
    parts = record(offline)["parts"]
    assert list(parts) == ["torch", "jax", "workflow"]
    assert all(part["seconds"] > 0 for part in parts.values())
    stamp = (offline / ".venv" / "install.json").stat().st_mtime_ns
    second = make(offline, "environment")
    assert (second.returncode, second.stdout) == (0, "")
    assert (offline / ".venv" / "install.json").stat().st_mtime_ns == stamp
    assert make(offline, "environment-dev").stdout.count("installing ") == 1
    assert bootstrap("--check", "--dev", "--device", "cpu", tree=offline).returncode == 0


@pytest.fixture
def hashed(offline):
    """The tree with the hashes of its wheels."""
    lines = []
    for path in sorted((offline / "wheels").iterdir()):
        name, version, *_ = path.name.split("-")
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")
    (offline / "envs" / "hashes.txt").write_text("\n".join(lines) + "\n")
    return offline


@pytest.mark.slow
def test_a_file_that_is_another_than_was_pinned_is_not_installed(hashed):
    path = hashed / "wheels" / "flow-1.0-py3-none-any.whl"
    right = path.read_bytes()
    wheel(path.parent, "flow", modules=2)  # the same name and version, another content
    refused = bootstrap("--device", "cpu", tree=hashed)
    assert refused.returncode == 1
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert refused.stderr.strip().splitlines()[-1].startswith("pip could not install workflow")
    path.write_bytes(right)
    assert bootstrap("--device", "cpu", tree=hashed).returncode == 0
    assert list(record(hashed)["parts"]) == ["torch", "jax", "workflow"]


def test_a_package_without_a_hash_is_told(hashed):
    path = hashed / "envs" / "hashes.txt"
    path.write_text(re.sub("^flow.*\n", "", path.read_text(), flags=re.MULTILINE))
    refused = bootstrap("--device", "cpu", tree=hashed)
    assert (
        refused.stderr.strip()
        .splitlines()[-1]
        .endswith("has no hash of flow: write it anew with python envs/hashes.py, then run make again.")
    )


def test_further_lists_of_packages_are_installed_when_they_are_asked_for(hashed):
    (hashed / "envs" / "requirements" / "numba.txt").write_text("develop\n")
    for _ in range(2):
        assert bootstrap("--device", "cpu", "--extras", "numba", tree=hashed).returncode == 0
    assert list(record(hashed)["parts"]) == ["torch", "jax", "workflow", "numba"]
    assert bootstrap("--device", "cpu", "--extras", "nothing", tree=hashed).returncode == 2


@pytest.mark.slow
def test_a_changed_pin_starts_the_environment_over(offline):
    assert make(offline, "environment").returncode == 0
    (offline / ".venv" / "rest of yesterday").touch()
    with (offline / "constraints.txt").open("a") as constraints:
        constraints.write("another==2.0\n")
    assert make(offline, "environment").returncode == 0
    assert not (offline / ".venv" / "rest of yesterday").exists()


def test_the_environment_of_another_checkout_is_left_alone(offline, tmp_path):
    """`.venv` as a link: what it leads to is somebody else's."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "install.json").touch()
    (offline / ".venv").symlink_to(other)
    assert bootstrap("--device", "cpu", tree=offline).returncode == 0
    assert (other / "install.json").exists()
    assert not (offline / ".venv").is_symlink()


@pytest.mark.slow
def test_a_package_that_cannot_be_had_is_told_and_the_next_make_repairs_it(offline):
    hidden = offline / "flow-1.0-py3-none-any.whl"
    (offline / "wheels" / hidden.name).rename(hidden)
    failed = bootstrap("--device", "cpu", tree=offline)
    assert failed.returncode == 1
    assert failed.stderr.strip().splitlines()[-1].startswith("pip could not install workflow")
    assert record(offline)["unfinished"] == "workflow"
    hidden.rename(offline / "wheels" / hidden.name)
    assert make(offline, "environment").returncode == 0
    assert record(offline)["unfinished"] is None


@pytest.mark.slow
def test_an_installation_that_was_killed_is_repaired(offline):
    wheel(offline / "wheels", "flow", modules=3000)
    command = [sys.executable, str(offline / "envs" / "bootstrap.py"), "--device", "cpu"]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL) as process:
        site = offline / ".venv" / "lib" / f"python3.{sys.version_info[1]}" / "site-packages" / "flow"
        while process.poll() is None and not site.exists():
            time.sleep(0.01)
        assert process.poll() is None, "the installation ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
    assert record(offline)["unfinished"] == "workflow"
    checked = bootstrap("--check", "--device", "cpu", tree=offline)
    assert (checked.returncode, checked.stdout) == (1, "missing (cpu): torch, jax, workflow\n")
    assert make(offline, "environment").returncode == 0
    python = offline / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import torch, jax, flow.m2999"]).returncode == 0


# Make


def test_make_report_is_quick_unless_told_otherwise():
    for words, preset in [([], "quick"), (["PRESET=standard"], "standard")]:
        planned = subprocess.run(["make", "-n", "report", *words], cwd=ROOT, capture_output=True, text=True)
        assert f"snakemake --cores all --logger rich --config preset={preset}" in planned.stdout
        assert planned.stdout.strip().endswith('report/index.html"')


def test_make_report_measures_with_one_thread_too_for_publishing_alone():
    for preset, expected in [("quick", 1), ("standard", 2), ("full", 2)]:
        planned = subprocess.run(["make", "-n", "report", f"PRESET={preset}"], cwd=ROOT, capture_output=True, text=True)
        assert planned.stdout.count("snakemake --cores all") == expected
        assert ("cpu_threads=1" in planned.stdout) == (expected == 2)


def test_whether_a_run_takes_several_processors_is_told_by_the_status():
    command = [sys.executable, str(ROOT / "workflow/scripts/describe.py"), "--several", "--cpu-threads"]
    several = {threads: subprocess.run([*command, threads], capture_output=True).returncode for threads in "12"}
    assert several == {"1": 1, "2": 0 if len(os.sched_getaffinity(0)) > 1 else 1}


def test_an_unknown_preset_is_refused_before_anything_is_installed():
    refused = subprocess.run(["make", "-n", "report", "PRESET=fast"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "choose one of smoke quick standard full" in refused.stderr


def test_a_python_that_is_not_there_is_told_what_to_do():
    refused = subprocess.run(["make", "-n", "report", "PYTHON=python0"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "install Python 3.11 or newer" in refused.stderr


def test_torch_is_told_of_clang_where_there_is_no_gcc(tmp_path):
    python = '[ "$1" = -c ] && echo True || echo "CXX=$CXX"'
    path = tools(tmp_path / "bin", clangxx="exit 0", python3=python)
    command = [shutil.which("make") or "make", "environment"]
    answer = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert answer.stdout == "CXX=clang++\n"


def test_make_names_both_compilers_where_there_is_none(tmp_path):
    command = [shutil.which("make") or "make", "environment", f"PYTHON={sys.executable}"]
    environ = os.environ | {"PATH": str(tmp_path)}
    answer = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert "No C++ compiler (g++ or clang++) was found" in answer.stderr


def test_make_refuses_a_python_that_cannot_read_the_bootstrap(tmp_path):
    """Python 2 ends it with a SyntaxError; this one answers as that does."""
    old = tools(tmp_path / "bin", python2="echo False") + "/python2"
    refused = subprocess.run(["make", "-n", "report", f"PYTHON={old}"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode != 0
    assert f"{old} is too old: install Python 3.11 or newer" in refused.stderr


# The machinery around


def test_continuous_integration_runs_the_tests_as_a_user_does():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0
    assert "make test" in script.read_text()
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


@pytest.mark.parametrize("name", ["CITATION.cff", ".github/workflows/ci.yml", ".github/workflows/pages.yml"])
def test_a_description_of_the_project_can_be_read(name):
    assert isinstance(yaml.safe_load((ROOT / name).read_text()), dict)


def test_the_citation_and_the_change_log_name_the_same_version():
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]


# Further versions of a framework: resolved, locked and installed beside the default, by the real pip


@pytest.fixture
def versions(offline):
    """The tree with jax 1.0, which takes what there is of flow, and jax 2.0, which takes no flow from 1.0 on."""
    shutil.copy(PIN, offline / "envs")
    pins = "jax==1.0\n      - numpy==1.0\n      # What those depend on\n      - flow==1.0\n"
    head = "# JAX.\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11.*\n  - pip\n  - pip:\n      - "
    (offline / "envs" / "jax-cpu.yaml").write_text(head + pins)
    for name, version, needs in (
        ("numpy", "1.0", ""),
        ("numpy", "3.0", ""),
        ("flow", "0.9", ""),
        ("jax", "2.0", "flow<1.0"),
        ("jax", "2.1", "flow"),
    ):
        wheel(offline / "wheels", name, version=version, needs=needs)
    return offline


def pinned(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "envs" / "pin.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_a_version_is_locked_with_what_the_default_has_beside_it(versions):
    path = Path(pinned(versions, "jax@2.1").stdout.strip())
    assert path.name == "jax-cpu@2.1.yaml"
    assert environment_pins(path) == {"jax": "2.1", "numpy": "1.0", "flow": "1.0"}  # numpy 3.0 is there too
    assert path.read_text().splitlines()[0] == "# JAX 2.1 on the CPU; all else is as in the default."


def test_a_version_that_does_not_go_with_a_pin_of_the_default_gets_another_and_the_file_says_which(versions):
    path = Path(pinned(versions, "jax@2.0").stdout.strip())
    assert environment_pins(path) == {"jax": "2.0", "numpy": "1.0", "flow": "0.9"}
    assert path.read_text().splitlines()[0] == "# JAX 2.0 on the CPU; the default has another flow."


@pytest.mark.parametrize(
    ("release", "parts"),
    [
        ("jax-2.0", ["The release is 'jax-2.0'", "allowed are torch and jax with a version"]),
        ("numpy@2.0", ["The release is 'numpy@2.0'"]),
        ("jax@1.0", ["The release is 'jax@1.0', which is the default"]),
    ],
)
def test_what_is_no_other_version_is_told_in_one_sentence(versions, release, parts):
    assert_one_sentence(pinned(versions, release), *parts)
    assert not list((versions / "envs").glob("*@*"))


def test_a_version_that_nobody_has_is_told_and_leaves_no_file(versions):
    answer = pinned(versions, "jax@7.7")
    assert answer.returncode == 1
    assert answer.stderr.strip().splitlines()[-1].startswith("pip finds no packages for jax 7.7")
    assert not list((versions / "envs").glob("*@*"))


@pytest.mark.slow
def test_make_installs_a_version_beside_the_default_once_and_again_when_its_file_changes(versions):
    first = make(versions, "environment", "VERSIONS=jax@2.1")
    assert first.returncode == 0, first.stderr
    folder = versions / ".venv-jax@2.1"
    version = "import importlib.metadata as known; print(known.version('jax'))"
    for python, expected in ((versions / ".venv", "1.0"), (folder, "2.1")):
        told = subprocess.run([python / "bin" / "python", "-c", version], capture_output=True, text=True)
        assert told.stdout.strip() == expected
    second = make(versions, "environment", "VERSIONS=jax@2.1")
    assert (second.returncode, second.stdout) == (0, "")
    (folder / "rest of yesterday").touch()
    path = versions / "envs" / "jax-cpu@2.1.yaml"
    path.write_text(path.read_text().replace("flow==1.0", "flow==0.9"))
    assert make(versions, "environment", "VERSIONS=jax@2.1").returncode == 0
    assert not (folder / "rest of yesterday").exists()


def test_a_word_that_is_no_version_is_one_sentence_of_make_too(versions):
    answer = bootstrap("--device", "cpu", "--versions", "jxa@2.1", tree=versions)
    assert answer.returncode == 1
    assert answer.stderr.strip().startswith("The release is 'jxa@2.1'")
