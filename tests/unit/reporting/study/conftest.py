"""A run with all tables, and its answers."""

from pathlib import Path

import pytest

from mlplab.benchmark.registry import VARIANTS
from mlplab.reporting.study.assemble import Study, make_study, render_study
from tests.unit.reporting.study.sample_run import write_run

STYLES = {name: variant._asdict() for name, variant in VARIANTS.items()}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run; tests only read it."""
    return write_run(tmp_path_factory.mktemp("runs") / "sample")


@pytest.fixture(scope="session")
def study(folder: Path) -> Study:
    """What the page of this run shows."""
    return make_study(folder, STYLES)


@pytest.fixture(scope="session")
def page(study: Study) -> str:
    """The page of this run."""
    return render_study(study)
