"""Choose a plan of threads for a batch, by measuring candidates once on this machine."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy

from mlplab.machine.core_distance import CoreDistance, longest
from mlplab.machine.nearest_distance import watched_distance
from mlplab.machine.processors import keep_processors_awake
from mlplab.machine.record import machine_record
from mlplab.machine.watch import DISTURBED_ABOVE, POOL_SLEEPS_AFTER_SECONDS, QuietWatch
from mlplab.numpy_mlp.engines import Engine, find_engine
from mlplab.numpy_mlp.parameters import Parameters, count_parameters, draw_parameters
from mlplab.numpy_mlp.sparse_rows import Rows, SparseRows
from mlplab.numpy_mlp.trainer import Plan, Step
from mlplab.runtime.files import cache_folder, save_text

logger = logging.getLogger(__name__)

# Below so many multiplications per batch a second thread costs more than it saves, and a fit of a
# toy example needs no measurements.
_SERIAL_BELOW = 200_000
_LARGEST_SHARE_AT_ONCE = 1000
# Larger batches are divided by rows only: other plans leave work that grows with the batch to a
# single thread.
_LARGEST_FOR_BLAS_THREADS = 4_000
_LARGEST_FOR_FEATURES = 2_000
_LARGEST_PLANNED = 20_000
# The work of 16,000 samples of the articles' network, about 50 ms.
_MEASURED_PRODUCTS = 16_000 * 57_000
# Before, so many samples at most touch the memory of a plan for the first time.
_WARM_UP = 2_000
# To be increased when the trainer changes so much that plans must be measured again.
_FORMAT = 6
# See "Plans are measured in quiet passes" in docs/explanation/timing.md.
_PASSES, _ROUNDS, _MOST_PASSES = 2, 2, 4
# See "Bringing cores together takes seconds" in docs/explanation/timing.md.
_PATIENCE_SECONDS = 12.0

# So that one process measures once, even where the cache folder is read-only.
_plans_of_this_process: dict[Path, Plan] = {}


def choose_plan(
    x: Rows,
    layer_sizes: Sequence[int],
    batch_size: int,
    n_threads: int,
    *,
    awake: bool = False,
    engine: str = "numpy",
) -> Plan:
    """The fastest way to train such a network with such batches on ``n_threads`` threads.

    Candidates are timed once per machine and shape. Another plan adds in another order, so the
    choice is kept: the same seed then gives the same bytes in every process. It lies in the folder
    ``plans`` of the user's cache folder or of ``MLPLAB_CACHE_DIR``; delete that folder to measure
    again.

    Parameters
    ----------
    x : samples to time the candidates on, of shape (n, n_features)
    layer_sizes : nodes of all layers, input first
    batch_size : samples of a mini-batch
    n_threads : threads that a plan may use
    awake : whether processors are kept awake during the training (see
        :func:`mlplab.machine.processors.keep_processors_awake`), and so during the timing.
        Plans with several threads gain most from it
    engine : one of :data:`mlplab.numpy_mlp.engines.ENGINES`
    """
    if batch_size * count_parameters(layer_sizes) < _SERIAL_BELOW:
        return Plan(1, 1, batch_size)
    if n_threads == 1:
        return Plan(1, 1, min(batch_size, find_engine(engine).slice_rows[1]))
    batch_size = _planned_size(batch_size, len(x))
    if awake:
        with keep_processors_awake() as awake:
            pass  # only to learn whether the system grants it
    machine = machine_record()
    shape = _Shape(find_engine(engine), layer_sizes, batch_size, n_threads)
    groups = _candidates(shape)
    case = {
        "processor": machine["processor"],
        "processors": machine["processors"],
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "format": _FORMAT,
        "layer_sizes": list(layer_sizes),
        "batch_size": batch_size,
        "dtype": x.dtype.name,
        "n_threads": n_threads,
        "awake": awake,
        "engine": engine,
        "candidates": [asdict(plan) for plans in groups for plan in plans],
    }
    name = hashlib.sha256(json.dumps(case, sort_keys=True).encode()).hexdigest()[:20]
    path = cache_folder() / "plans" / f"{name}.json"
    plan = _plans_of_this_process.get(path) or _read_plan(path)
    if plan is None:
        # Sparse and dense samples have the same plan, so that their results are the same.
        samples = x[:batch_size] if isinstance(x, SparseRows) else x
        plan = _measure(groups, samples, shape, awake)
        logger.info("batch size %d on %d threads: %s", batch_size, n_threads, plan)
        try:
            # If another process has kept its choice first, that choice holds here too.
            plan = _keep_first(path, json.dumps({**case, "plan": asdict(plan)}, indent=1)) or plan
        except OSError as error:
            logger.info("plans: cannot keep the plan for other processes: %s", error)
    _plans_of_this_process[path] = plan
    return plan


def _planned_size(batch_size: int, n_samples: int) -> int:
    """The batch size whose plan serves a batch size, so that few of them are measured.

    A batch of all samples, such as a chunk of ``partial_fit`` or a fold of a cross-validation, has
    an arbitrary size, which is rounded down to a power of two. Batches beyond ``_LARGEST_PLANNED``
    only have more slices.
    """
    if batch_size == n_samples:
        batch_size = 2 ** (batch_size.bit_length() - 1)
    return min(batch_size, _LARGEST_PLANNED)


def _read_plan(path: Path) -> Plan | None:
    """The plan in a file; None if the file is missing or damaged."""
    try:
        return Plan(**json.loads(path.read_text(encoding="utf-8"))["plan"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep_first(path: Path, text: str) -> Plan | None:
    """Write a file unless a usable one exists; return the plan in it."""
    save_text(path, text, keep_existing=True)
    if _read_plan(path) is None:
        save_text(path, text)
    return _read_plan(path)


@dataclass(frozen=True)
class _Shape:
    """What a plan is for; see :func:`choose_plan`."""

    engine: Engine
    layer_sizes: Sequence[int]
    batch_size: int
    n_threads: int


def _candidates(shape: _Shape) -> tuple[list[Plan], list[Plan]]:
    """Plans by workers, and plans by threads of BLAS."""
    engine, batch_size, n_threads = shape.engine, shape.batch_size, shape.n_threads
    share = -(-batch_size // n_threads)
    slices = [rows for rows in engine.slice_rows if rows < share]
    if share <= _LARGEST_SHARE_AT_ONCE:
        slices.append(share)
    workers = [Plan(n_threads, 1, rows) for rows in slices]
    fewer = n_threads // 2
    while fewer:
        workers.append(Plan(fewer, 1, min(-(-batch_size // fewer), engine.slice_rows[1])))
        fewer //= 2
    if batch_size <= _LARGEST_FOR_FEATURES:
        largest = min(engine.largest_feature_team or n_threads, shape.layer_sizes[0])
        teams = {n for n in (2, n_threads) if 2 <= n <= largest}
        workers += [Plan(n, 1, batch_size, "features") for n in sorted(teams)]
    uses_blas = engine.uses_blas_threads and batch_size <= _LARGEST_FOR_BLAS_THREADS
    return workers, [Plan(1, n_threads, batch_size)] if uses_blas else []


def _measure(groups: Sequence[Sequence[Plan]], x: np.ndarray, shape: _Shape, awake: bool) -> Plan:
    """The plan with the shortest epoch in any counted pass."""
    layer_sizes, batch_size = shape.layer_sizes, shape.batch_size
    random = np.random.RandomState(0)
    codes = random.randint(layer_sizes[-1], size=len(x))
    n_batches = _MEASURED_PRODUCTS // (batch_size * count_parameters(layer_sizes))
    order = random.randint(len(x), size=batch_size * max(1, n_batches))
    step = Step(1e-6, 1e-4, 1e-4, 0.0)

    def time_epoch(plan: Plan) -> float:
        parameters = draw_parameters(layer_sizes, x.dtype, random)
        previous = Parameters.zeros(layer_sizes, x.dtype)
        with shape.engine.trainer(parameters, previous, batch_size, plan) as trainer:
            trainer.run_epoch(x, codes, order[: min(batch_size, _WARM_UP)], step)
            start = time.perf_counter()
            trainer.run_epoch(x, codes, order, step)
            return time.perf_counter() - start

    passes: list[_Pass] = []
    with watched_distance(shape.n_threads, _PATIENCE_SECONDS) as distance:

        def calm() -> list[_Pass]:
            # Only a later pass may show how near cores come to each other.
            return [done for done in passes if not done.disturbed(distance)]

        while len(calm()) < _PASSES and len(passes) < _MOST_PASSES:
            distance.bring_near()
            with keep_processors_awake() if awake else nullcontext():
                passes.append(_time_candidates(groups, time_epoch, distance))
        for done in passes:
            if reason := done.disturbed(distance):
                logger.info("plans: a pass was disturbed: %s", reason)
        counted = calm() or passes
    return min(passes[0].seconds, key=lambda plan: min(done.seconds[plan] for done in counted))


class _Pass(NamedTuple):
    """The shortest epoch of every plan, the share lost to others, and the core latency."""

    seconds: dict[Plan, float]
    lost_share: float
    round_trip_ns: float

    def disturbed(self, distance: CoreDistance) -> str:
        """Why these seconds do not count; empty if they do."""
        if self.lost_share > DISTURBED_ABOVE:
            return f"others used or the host took {self.lost_share:.0%} of the machine"
        return "cores were far apart" if distance.is_far(self.round_trip_ns) else ""


def _time_candidates(
    groups: Sequence[Sequence[Plan]], time_epoch: Callable[[Plan], float], distance: CoreDistance
) -> _Pass:
    seconds: dict[Plan, float] = {}
    before = distance.measure()
    with QuietWatch() as watch:
        for plans in groups:
            # BLAS threads spin after their work and would slow down the next plan, so plans that
            # use them form a group of their own.
            time.sleep(POOL_SLEEPS_AFTER_SECONDS)
            for _, plan in itertools.product(range(_ROUNDS), plans):
                seconds[plan] = min(time_epoch(plan), seconds.get(plan, math.inf))
    return _Pass(seconds, watch.lost_share, longest(before, distance.measure()))
