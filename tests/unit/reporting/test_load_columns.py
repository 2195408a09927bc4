"""Every table that tells the load by others also tells what the host took."""

import pytest

from mlplab.machine.watch import QuietWatch
from mlplab.reporting.tables_page import find_tables

LOADED = {table.name: table for table in find_tables() if "foreign_cpu_share" in table.columns}


def test_measurements_stand_in_these_tables():
    assert {"batch_size_benchmark", "training_history", "cluster_cost_quality"} <= set(LOADED)
    assert {"thread_scaling", "optimization_ladder"} <= set(LOADED)


@pytest.mark.parametrize("name", LOADED)
def test_a_table_of_measurements_has_all_columns_of_the_watch(name):
    assert QuietWatch().columns().keys() <= LOADED[name].columns.keys()
