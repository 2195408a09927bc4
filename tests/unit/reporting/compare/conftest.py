import pytest

from tests.unit.reporting.compare.runs import copy_run, write_run


@pytest.fixture
def folders(tmp_path):
    """A run, and the same run copied under another name."""
    first = write_run(tmp_path / "a")
    return first, copy_run(first, "b")
