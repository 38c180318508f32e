"""Make `.venv` ready: check this machine, choose the CPU or the CUDA packages, install the pins of `constraints.txt`.

    python3 envs/bootstrap.py [--dev] [--extras numba own compare] [--device auto|cpu|cuda] [--check]
                              [--versions jax@0.9.1,torch@2.12.0]

Standard library alone. What cannot work ends with one sentence that says what to do. What is installed is not touched;
a change of the pins, of the device, of the Python or of the folder, and an installation that was interrupted, start
over in an empty `.venv`. Each file is held to its hash (`envs/hashes.txt`), but for PyTorch's builds for CPUs, which
are not on the package index. `.venv/install.json` records what is there and how many seconds each part took. Each
further version of a framework has a folder of its own, `.venv-jax@0.9.1`, made from the file that `envs/pin.py` writes.
"""

import sys

if sys.version_info < (3, 11):  # above everything else: no more than this runs in an older Python
    sys.exit(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old: install Python 3.11 or newer and name it, "
        "for example: make report PYTHON=python3.11"
    )

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
RECORD = VENV / "install.json"
CONSTRAINTS = ROOT / "constraints.txt"
HASHES = ROOT / "envs" / "hashes.txt"
REQUIREMENTS = ROOT / "envs" / "requirements"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
EXTRAS = ("compare", "numba", "own")
DISK_GB = {"cpu": 4, "cuda": 12}  # installed packages, and the wheels while they are unpacked
OLDEST_DRIVER = 580  # of CUDA 13, https://docs.nvidia.com/cuda/cuda-toolkit-release-notes, table 3
PINS = r"^ +- ([A-Za-z0-9._-]+(?:\[[a-z0-9]+\])?==\S+)$"
"""A line of envs/*.yaml that pins a package."""
AGAIN = "then run make again"


def main() -> None:
    """Bring `.venv` to the wished state, or with `--check` say by the exit status whether it is there."""
    arguments = parse(sys.argv[1:])
    check_compiler()
    device = choose_device(arguments.device)
    parts = {"torch": f"torch-{device}", "jax": f"jax-{device}", "workflow": "workflow"}
    parts.update({name: name for name in [*(["dev"] if arguments.dev else []), *arguments.extras]})
    with open(ROOT / "constraints.txt") as lock:  # two at once take turns
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = read_record(device)
        missing = {part: name for part, name in parts.items() if not is_installed(record, part, name)}
        if arguments.check:
            print(f"missing ({device}): {', '.join(missing)}" if missing else f"{VENV} is ready ({device})")
            sys.exit(1 if missing else 0)
        if missing:
            check_disk(device)
            if not record["parts"]:
                make_venv()
            for part, name in missing.items():
                install(record, part, name)
            print(f"{VENV} is ready ({device})")
        for release in filter(None, arguments.versions.split(",")):
            ready_release(release.strip(), device)


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="install what the tests need, too")
    parser.add_argument("--extras", nargs="*", default=[], choices=EXTRAS, help="further lists of packages")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="which packages")
    parser.add_argument("--versions", default="", help="further versions of frameworks: jax@0.9.1,torch@2.12.0")
    parser.add_argument("--check", action="store_true", help="install nothing; exit with 1 if something is missing")
    return parser.parse_args(words)


def check_compiler() -> None:
    """Stop unless a C++ compiler and Python's headers are there, with which torch.compile builds its kernels."""
    candidates = [os.environ["CXX"]] if os.environ.get("CXX") else ["g++", "clang++"]
    if not any(shutil.which(candidate.split()[0]) for candidate in candidates):
        sys.exit(
            f"No C++ compiler ({' or '.join(candidates)}) was found, which torch.compile needs: install one (Debian, "
            f"Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install), {AGAIN}."
        )
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        sys.exit(
            "Python's headers (Python.h) were not found, which torch.compile needs: install them "
            f"(Debian, Ubuntu: apt-get install python3-dev; Fedora: dnf install python3-devel), {AGAIN}."
        )


def choose_device(wish: str) -> str:
    """Answer `cuda` where it is wished or possible: where an NVIDIA driver answers that is new enough for CUDA 13."""
    if wish == "cpu":
        return "cpu"
    driver = driver_version()
    if driver >= OLDEST_DRIVER:
        return "cuda"
    trouble = (
        f"The NVIDIA driver {driver} is older than {OLDEST_DRIVER}, which CUDA 13 needs: update it"
        if driver
        else "No NVIDIA driver answers (nvidia-smi): install one"
    )
    if wish == "cuda":
        sys.exit(f"{trouble}, {AGAIN}, or choose DEVICE=cpu.")
    if driver:
        print(f"{trouble}, {AGAIN}, to measure the GPU too. Going on with the CPU alone.", file=sys.stderr)
    return "cpu"


def driver_version() -> int:
    """Ask the NVIDIA driver for its major version; 0 where none answers."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return int(answer.stdout.split(".")[0]) if answer.returncode == 0 else 0
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def read_record(device: str) -> dict:
    """Read what is installed: nothing, where it is something else or where the last installation broke off."""
    empty = {"environment": fingerprint(device), "device": device, "python": platform.python_version(), "parts": {}}
    try:
        record = json.loads(RECORD.read_text())
        usable = record["environment"] == empty["environment"] and not record["unfinished"]
        record = record if usable and (VENV / "bin" / "python").exists() else empty
    except (OSError, ValueError, KeyError, TypeError):
        record = empty
    return {**record, "unfinished": None}


def fingerprint(device: str) -> str:
    """Digest of everything that an environment cannot survive a change of."""
    facts = [CONSTRAINTS.read_text(), device, platform.python_version(), platform.machine(), str(VENV)]
    return digest("\n".join(facts))


def is_installed(record: dict, part: str, name: str) -> bool:
    """Whether the part was installed from the requirements as they stand now."""
    return bool(record["parts"].get(part, {}).get("requirements") == digest(requirements(name).read_text()))


def requirements(name: str) -> Path:
    """Path of one list of packages."""
    return REQUIREMENTS / f"{name}.txt"


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_record(record: dict) -> None:
    """Write the record in one piece."""
    draft = RECORD.with_suffix(".tmp")
    draft.write_text(json.dumps(record, indent=2) + "\n")
    os.replace(draft, RECORD)


def check_disk(device: str) -> None:
    """Stop unless the disk has room for the packages."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < DISK_GB[device]:
        sys.exit(
            f"The disk of {ROOT} has {free:.1f} GB free and the packages need {DISK_GB[device]} GB: make room, {AGAIN}."
        )


def ready_release(release: str, device: str) -> None:
    """Bring the folder of a further version to what its file says, which is written where it is missing."""
    pin = [str(VENV / "bin" / "python"), str(ROOT / "envs" / "pin.py"), release, "--device", device]
    told = subprocess.run(pin, stdout=subprocess.PIPE, text=True)
    if told.returncode:
        sys.exit(1)  # it has said why
    text = Path(told.stdout.strip()).read_text()
    folder = ROOT / f".venv-{release}"
    record = folder / "install.json"
    wanted = digest("\n".join([text, platform.python_version(), platform.machine(), str(folder)]))
    if record.exists() and json.loads(record.read_text()) == {"environment": wanted}:
        return
    check_disk(device)
    make_venv(folder)
    pins = re.findall(PINS, text, re.MULTILINE)
    print(f"installing {release} ({', '.join(pins)})", flush=True)
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(re.sub(r"\[.*\]", "", pin) + "\n" for pin in pins))
    options = ["--extra-index-url", CPU_INDEX, "--retries", "2", "--timeout", "30"] if CPU_INDEX in text else []
    # What a build needs beyond the file, as PyPI's of torch does of CUDA, it brings with it.
    pip([*options, *pins], release, folder, constraints)
    record.write_text(json.dumps({"environment": wanted}) + "\n")
    print(f"{folder} is ready ({device})")


def make_venv(folder: Path = VENV) -> None:
    """Make an empty environment, whatever was there before; where it is a link, what that leads to stays as it is."""
    try:
        import ensurepip  # noqa: F401  Debian splits it off, and `venv` fails late and at length without it
        import venv  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        sys.exit(
            f"Python's venv module was not found: install it (Debian, Ubuntu: apt-get install {package}), {AGAIN}."
        )
    print(f"making {folder}", flush=True)
    if folder.is_symlink():
        folder.unlink()
    # Not sys.executable: this program may itself run in the .venv that is about to be emptied.
    python = getattr(sys, "_base_executable", None) or sys.executable
    if subprocess.run([python, "-m", "venv", "--clear", str(folder)]).returncode:
        sys.exit(f"{folder} could not be made, for the reason above: remove what is in the way, {AGAIN}.")


def install(record: dict, part: str, name: str) -> None:
    """Install one part and record its seconds; while it lasts, the record says that it is unfinished."""
    print(f"installing {name} ({', '.join(packages(name))})", flush=True)
    write_record({**record, "unfinished": part})
    start = time.monotonic()
    if name == "torch-cpu":
        # Only torch itself comes from PyTorch's index: no other package is looked for there. Where the index cannot be
        # reached, PyPI has the same version (on Linux built with CUDA, which runs on a CPU too).
        pip(["--no-deps", "--extra-index-url", CPU_INDEX, "--retries", "2", "--timeout", "30", "torch"], part)
    install_list(requirements(name), part)
    seconds = round(time.monotonic() - start, 1)
    record["parts"][part] = {"requirements": digest(requirements(name).read_text()), "seconds": seconds}
    write_record(record)


def install_list(path: Path, part: str) -> None:
    """Install a list of packages and all that they need, each file by its hash."""
    hashed = known_hashes()
    if not hashed:
        pip(["--requirement", str(path)], part)
        return
    report, lock = VENV / "report.json", VENV / "lock.txt"
    pip(["--dry-run", "--report", str(report), "--requirement", str(path)], part)
    found = [entry["metadata"]["name"] for entry in json.loads(report.read_text())["install"]]
    names = [re.sub("[-_.]+", "-", name).lower() for name in found]
    unknown = [name for name in names if name not in hashed]
    if unknown:
        sys.exit(f"{HASHES} has no hash of {', '.join(unknown)}: write it anew with python envs/hashes.py, {AGAIN}.")
    if names:
        lock.write_text("".join(hashed[name] + "\n" for name in names))
        pip(["--no-deps", "--require-hashes", "--requirement", str(lock)], part)


def known_hashes() -> dict[str, str]:
    """Package → the line of pip with its pin and the hashes of its files; {} where there are none."""
    lines = HASHES.read_text().splitlines() if HASHES.exists() else []
    pins = CONSTRAINTS.read_text().splitlines()
    return {line.partition("==")[0]: line for line in lines if line.partition(" ")[0] in pins}


def packages(name: str) -> list[str]:
    """Packages of one list, comments left out."""
    lines = (line.split("#")[0].strip() for line in requirements(name).read_text().splitlines())
    return [line for line in lines if line]


def pip(words: list[str], part: str, folder: Path = VENV, constraints: Path = CONSTRAINTS) -> None:
    """Run pip in an environment under constraints; its temporary files lie on the disk that was checked."""
    scratch = folder / "tmp"
    scratch.mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    environment.update(TMPDIR=str(scratch), PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--constraint", str(constraints), *words]
    status = subprocess.run(command, env=environment).returncode
    shutil.rmtree(scratch, ignore_errors=True)
    if status and shutil.disk_usage(ROOT).free < 0.2e9:
        sys.exit(f"The disk of {ROOT} is full: make room, {AGAIN}.")
    if status:
        sys.exit(f"pip could not install {part}, for the reason above (often the network): put it right, {AGAIN}.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: run make again, which starts the installation over.")
