"""A SLURM of one node for the tests: started in a folder, ended with all its jobs."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CLIENTS = ("sbatch", "srun", "squeue", "scontrol", "sinfo", "scancel", "sacct")
PROGRAMS = ("munged", "slurmctld", "slurmd", *CLIENTS)
# More than a small machine has, so that a job of several threads fits on the node anywhere.
PROCESSORS = 8
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# Without cgroups, accounting and a database, which a test machine lacks.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
# Ended jobs are remembered until the test has asked for them.
MinJobAge=3600
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} RealMemory=64000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def write_clients(folder: Path) -> None:
    """Commands that know the configuration; the plugin hides SLURM's variables from its jobs."""
    for name in CLIENTS:
        path = folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        command = f'SLURM_CONF="{folder}/slurm.conf" exec "{shutil.which(name)}" "$@"'
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)


class Cluster:
    """A started SLURM; commands in ``bin`` speak to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def ask(self, *command: str) -> str:
        program = self.folder / "bin" / command[0]
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout

    def jobs(self) -> list[dict[str, str]]:
        """Every job that was submitted, with the fields that scontrol names."""
        blocks = self.ask("scontrol", "--oneliner", "show", "jobs").splitlines()
        return [
            dict(word.split("=", 1) for word in block.split() if "=" in word)
            for block in blocks
            if block.startswith("JobId=")
        ]

    def wait_until_idle(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while (state := self.ask("sinfo", "--noheader", "--format=%T").strip()) != "idle":
            if time.monotonic() > end:
                logs = [p.read_text()[-2000:] for p in self.folder.glob("*.log")]
                raise RuntimeError(f"the node is {state!r}, not idle:\n" + "\n".join(logs))
            time.sleep(0.5)


@contextmanager
def single_node_cluster(folder: Path) -> Iterator[Cluster]:
    """Start munge, the controller and the node daemon; stop them, and their jobs, in the end."""
    ports = free_ports(2)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(
            host=socket.gethostname().split(".")[0],
            folder=folder,
            control_port=ports[0],
            node_port=ports[1],
            processors=PROCESSORS,
        )
    )
    write_clients(folder)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    munge = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log"}
    daemons = (
        ["munged", "--foreground", "--force", f"--seed-file={folder}/munge.seed"]
        + [f"--{option}={folder}/munge.{suffix}" for option, suffix in munge.items()],
        ["slurmctld", "-D", "-f", str(configuration)],
        ["slurmd", "-D", "-f", str(configuration)],
    )
    started = []
    cluster = Cluster(folder)
    try:
        for command in daemons:
            with (folder / f"{command[0]}.output").open("w") as output:
                started.append(subprocess.Popen(command, stdout=output, stderr=output))
            if command[0] == "munged":
                wait_for(folder / "munge.socket")
        cluster.wait_until_idle()
        yield cluster
        cluster.ask("scancel", "--user=root")
        cluster.wait_until_idle()
    finally:
        for daemon in reversed(started):
            daemon.terminate()
        for daemon in started:
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(timeout=20)
            daemon.kill()


def wait_for(path: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > end:
            raise RuntimeError(f"{path}: not there after {seconds:.0f} seconds")
        time.sleep(0.1)
