"""A SLURM of one node for the tests: started in a folder, ended with all its jobs."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.workflow.running import run

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

# Each time that the plugin hears of no job that has ended it asks ten seconds later than before,
# for which a test has no time. This answers once another one has ended than when it was asked
# before, or after some twenty seconds.
PATIENT_SQUEUE = """\
#!/bin/sh
before=$(cat "{folder}/ended" 2>/dev/null)
for _ in $(seq 20); do
    now=$("{bin}/squeue-at-once" "$@") || exit
    ended=$(echo "$now" | grep -Ev "PENDING|CONFIGURING|RUNNING|COMPLETING")
    [ "$ended" = "$before" ] || break
    sleep 1
done
echo "$ended" >"{folder}/ended"
echo "$now"
"""


def why_no_cluster() -> str:
    """Why none can be started here; empty if one can."""
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        return f"SLURM is not installed: no {', '.join(missing)}"
    return "" if os.getuid() == 0 else "only root can start a SLURM for several users"


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
    squeue = folder / "bin" / "squeue"
    squeue.rename(squeue.with_name("squeue-at-once"))
    squeue.write_text(PATIENT_SQUEUE.format(folder=folder, bin=folder / "bin"))
    squeue.chmod(0o755)


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

    def snakemake(
        self, folder: Path, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess:
        """Run the workflow of a checkout with its profile for SLURM."""
        return run(
            folder,
            str(Path(sys.executable).with_name("snakemake")),
            *("--workflow-profile", "profiles/slurm", "--jobs", "4"),
            # This cluster has no accounting, and files appear at once.
            *("--slurm-status-command", "squeue", "--latency-wait", "5"),
            *("--slurm-init-seconds-before-status-checks", "1"),
            *arguments,
            seconds=1500,
            PATH=self.path,
            **variables,
        )

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
    finally:
        # Jobs outlive the daemons, and what went wrong is to be told by who started them.
        with suppress(OSError, RuntimeError, subprocess.TimeoutExpired):
            cluster.ask("scancel", "--user=root")
            cluster.wait_until_idle()
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
