"""Every table that tells the load by others also tells what the host took."""

import pytest

from mlplab.benchmark.deep_model import DEEP_MODEL
from mlplab.benchmark.ladder.summary import LADDER
from mlplab.benchmark.summary import BATCH_SIZE_BENCHMARK
from mlplab.benchmark.threads import THREAD_SCALING
from mlplab.machine.watch import QuietWatch
from mlplab.reporting.tables.training import HISTORY_COLUMNS


@pytest.mark.parametrize(
    "columns",
    [
        BATCH_SIZE_BENCHMARK.columns,
        DEEP_MODEL.columns,
        LADDER.columns,
        THREAD_SCALING.columns,
        HISTORY_COLUMNS,
    ],
)
def test_a_table_of_measurements_has_all_columns_of_the_watch(columns):
    assert QuietWatch().columns().keys() <= set(columns)
