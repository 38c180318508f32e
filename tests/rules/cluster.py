"""A real Slurm of two nodes on this machine, from the packages slurmctld, slurmd, slurm-client and munge."""

import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bench.guard.callers import die_with_parent

PROGRAMS = ("slurmctld", "slurmd", "squeue", "sbatch", "munged")
NODES = ("one", "two")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthType=auth/munge
AuthInfo=socket={place}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool.%n
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.%n.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_min_interval=100000
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=6
KillWait=2
MinJobAge=3600
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 RealMemory=2000
NodeName=two NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 RealMemory=2000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Cluster:
    """Slurm, its two nodes, and what a user asks it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        programs = f"{place}/bin:{os.environ['PATH']}:/usr/sbin"
        self.environment = os.environ | {"SLURM_CONF": str(place / "slurm.conf"), "PATH": programs}
        place.chmod(0o755)
        content = CONFIGURATION.format(host=platform.node(), ports=free_ports(3), place=place)
        (place / "slurm.conf").write_text(content)
        (place / "state").mkdir()
        (place / "bin").mkdir()
        # Snakemake's plugin drops the variable that says where Slurm's configuration is, which has a usual place
        (place / "bin/srun").write_text(f'#!/bin/sh\nSLURM_CONF={place}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        (place / "bin/srun").chmod(0o755)
        (place / "key").write_bytes(os.urandom(1024))
        (place / "key").chmod(0o400)
        self._begin(
            "munged",
            f"--key-file={place}/key",
            f"--socket={place}/munge.socket",
            "--force",
            f"--pid-file={place}/munged.pid",
            f"--log-file={place}/munged.log",
            f"--seed-file={place}/seed",
        )
        self._wait(lambda: (place / "munge.socket").exists(), "munged")
        self._begin("slurmctld", "-D", "-i")
        for node in NODES:
            self.begin_node(node)
        self.wait_for_nodes("idle", *NODES)

    def _begin(self, *command: str, name: str = "") -> None:
        words = [*command, "--foreground"] if command[0] == "munged" else [*command]
        with (self.place / f"{name or command[0]}.out").open("ab") as stream:
            self.daemons[name or command[0]] = subprocess.Popen(
                words, env=self.environment, stdout=stream, stderr=stream, preexec_fn=die_with_parent
            )

    def begin_node(self, node: str) -> None:
        """Start the daemon of a node."""
        self._begin("slurmd", "-D", "-N", node, name=node)

    def _wait(self, done, what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{what}: {self.logs()}"
            time.sleep(0.2)

    def wait_for_nodes(self, state: str, *nodes: str, seconds: float = 60) -> None:
        """Wait until these nodes are in a state."""
        self._wait(lambda: all(self.states().get(node, "").startswith(state) for node in nodes), state, seconds)

    def states(self) -> dict[str, str]:
        """Node → its state."""
        told = self.ask("sinfo", "--noheader", "--Node", "--format=%N %T", check=False)
        return dict(line.split() for line in told.splitlines() if line.count(" ") == 1)

    def ask(self, *command: str, check: bool = True) -> str:
        """What a command of Slurm says."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=check).stdout

    def jobs(self) -> list[dict[str, str]]:
        """Every job that there was."""
        columns = {"job": "%i", "state": "%T", "node": "%N", "start": "%S", "end": "%e", "comment": "%k", "place": "%Z"}
        told = self.ask("squeue", "--states=all", "--noheader", f"--format={'|'.join(columns.values())}")
        return [dict(zip(columns, line.split("|"), strict=True)) for line in told.splitlines()]

    def kill_node(self, node: str) -> None:
        """A node loses its power: its daemon and everything that it runs end at once."""
        daemon = self.daemons.pop(node)
        daemon.kill()
        while steps := steps_of(node):  # what has begun since the last look ends too
            for process in [one for step in steps for one in (*below(step), step)]:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        daemon.wait()

    def logs(self) -> str:
        """The ends of all logs."""
        found = [path for path in sorted(self.place.glob("*.*")) if path.suffix in (".log", ".out")]
        return "\n".join(f"{path.name}: {path.read_text(errors='replace')[-600:]}" for path in found)

    def end(self) -> None:
        """End everything."""
        subprocess.run(["scancel", "--user=root"], env=self.environment, check=False, capture_output=True)
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        for daemon in self.daemons.values():
            daemon.wait()


def steps_of(node: str) -> list[int]:
    """The processes that watch over the jobs of a node, which outlive its daemon."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_step = (process / "comm").read_text().strip() == "slurmstepd"
            if is_step and f"spool.{node}" in " ".join(os.readlink(one) for one in (process / "fd").iterdir()):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def below(process: int) -> list[int]:
    """All that a process has started, and what those have."""
    try:
        tasks = [task / "children" for task in Path(f"/proc/{process}/task").iterdir()]
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return []
    return [*children, *(further for child in children for further in below(child))]


def missing() -> list[str]:
    """The programs of Slurm that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
