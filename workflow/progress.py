"""Show the progress of the newest run in this folder: jobs done, jobs running, and time left.

It reads the log that `snakemake` writes, so it works during a run and after it.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mlplab.runtime.console import run_command

_LOGS = Path(".snakemake/log")
_TIME = re.compile(r"\[(\w{3} \w{3} +\d+ [\d:]{8} \d{4})\]")
_COUNT = re.compile(r"(\w+) +(\d+)")
_START = re.compile(r"(?:local)?(?:rule|checkpoint) (\w+):")
_END = re.compile(r"Finished jobid: (\d+) \(Rule: (\w+)\)")
_FAULT = re.compile(r"Error in rule (\w+):")
_DETAIL = re.compile(r"    (jobid|log): ([^ ,]+)")
# TensorFlow's lines in the log of a job.
_OTHERS = re.compile(r"[IWEF]\d{4,} |WARNING: All log messages|To enable the following")
# The last lines of a run that completed, or failed.
_LAST = ("Complete log", "Elapsed time:")


@dataclass
class Job:
    """A job that has started, and its log file."""

    rule: str
    start: datetime
    log: str = ""


@dataclass
class Run:
    """The state of a run.

    Attributes
    ----------
    planned : number of jobs, by rule
    running : jobs that have started and not ended, by Snakemake's number
    seconds : durations of the jobs that have ended, by rule
    failed : rules of jobs that failed
    start : start of the first job
    end : end of the last job, in a run that has ended
    """

    planned: Counter = field(default_factory=Counter)
    running: dict[str, Job] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None

    @property
    def done(self) -> int:
        """Number of jobs that have ended."""
        return sum(map(len, self.seconds.values()))

    def estimate(self, now: datetime) -> tuple[float, list[str]]:
        """Seconds left, and the rules without an ended job.

        It expects the mean duration of the rule for each job, the mean of all jobs for rules
        without an ended job, and as many jobs at once as so far.
        """
        spent = sum(map(sum, self.seconds.values()))
        typical = spent / max(self.done, 1)
        at_once = max(1.0, spent / max(_seconds(self.start, now), 1.0))
        left, unknown = 0.0, []
        for rule, number in self.planned.items():
            ended = self.seconds.get(rule, [])
            mean = sum(ended) / len(ended) if ended else typical
            ages = [_seconds(j.start, now) for j in self.running.values() if j.rule == rule]
            under_way = sum(min(mean, age) for age in ages)
            left += (number - len(ended)) * mean - under_way
            if number and not ended:
                unknown.append(rule)
        return left / at_once, unknown


def read_run(text: str) -> Run:
    """The state of a run from the text of its log."""
    run, time, job, in_counts, in_fault = Run(), None, None, False, False
    for line in text.splitlines():
        if line == "Job stats:":
            run, in_counts = Run(), True
        elif in_counts and (count := _COUNT.fullmatch(line.strip())):
            rule, number = count.groups()
            in_counts = rule != "total"
            if in_counts:
                run.planned[rule] = int(number)
        elif match := _TIME.fullmatch(line):
            time = datetime.strptime(match[1], "%a %b %d %H:%M:%S %Y")
            job, in_fault = None, False
        elif match := _START.fullmatch(line):
            job = Job(match[1], time)
            run.start = run.start or time
        elif job and (match := _DETAIL.match(line)):
            if match[1] == "log":
                job.log = match[2]
            else:
                run.running[match[2]] = job
        elif match := _END.fullmatch(line):
            number, rule = match.groups()
            ended = run.running.pop(number, None)
            if ended:
                run.seconds.setdefault(rule, []).append(_seconds(ended.start, time))
        elif match := _FAULT.fullmatch(line):
            job, in_fault = None, True
            run.failed.append(match[1])
        elif in_fault and (match := _DETAIL.match(line)) and match[1] == "jobid":
            run.running.pop(match[2], None)
        elif line.startswith(_LAST):
            run.end = time
    return run


def describe(run: Run, now: datetime) -> list[str]:
    """The state in words."""
    if run.start is None:
        return ["no job has started"]
    total = run.planned.total()
    since = _words(_seconds(run.start, run.end or now))
    lines = [f"{run.done} of {total} jobs done, {since} after the first started"]
    lines += [f"failed: {rule}" for rule in run.failed]
    if run.end:
        if run.done < total:
            lines.append("the run has ended; start it again to continue")
        return lines
    for job in run.running.values():
        last = _last_line(Path(job.log))
        lines.append(f"  {job.rule}, for {_words(_seconds(job.start, now))}{last and ': ' + last}")
    if 0 < run.done < total:
        seconds, unknown = run.estimate(now)
        lines.append(f"about {_words(seconds)} left")
        if unknown:
            jobs = sum(run.planned[rule] for rule in unknown)
            lines.append(
                f"  a guess: no job of {len(unknown)} of the rules has ended yet, so their {jobs} "
                "are taken to be as long as the others"
            )
    return lines


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    words = (line.strip() for line in reversed(lines) if not _OTHERS.match(line))
    return next(filter(None, words), "")


def _seconds(start: datetime, end: datetime) -> float:
    """Seconds between two times of a log; none where the clock was set back meanwhile."""
    return max(0.0, (end - start).total_seconds())


def _words(duration: float) -> str:
    minutes, seconds = divmod(round(duration), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def newest_run(folder: Path) -> Run | None:
    """The newest run with a started job, else an empty one; None if there is no log.

    Snakemake also writes a log when it has nothing to do, is locked out, or makes a report.
    """
    paths = sorted(folder.glob("*.snakemake.log"), reverse=True)
    runs = (read_run(path.read_text(encoding="utf-8", errors="replace")) for path in paths)
    return next((run for run in runs if run.start), Run() if paths else None)


def main() -> int:
    run = newest_run(_LOGS)
    if run is None:
        print(
            f"{_LOGS}: found no log of a run; start one, for example with `make quick`",
            file=sys.stderr,
        )
        return 1
    print(*describe(run, datetime.now()), sep="\n")
    return 0


if __name__ == "__main__":
    run_command(main)
