"""What several tests need: the real images, and a checkout of the project of their own."""

import compileall
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from mlplab.data import Dataset, fetch_dataset, load_dataset
from mlplab.data.folder import find_file
from mlplab.data.registry import DatasetSpec, load_registry
from mlplab.machine import nearest_distance
from mlplab.machine.processors import available_threads
from mlplab.numpy_mlp import planning

ROOT = Path(__file__).parents[1]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Tests run beside others, so the time of an example says nothing.
settings.register_profile("mlplab", deadline=None)
settings.load_profile("mlplab")


# Whichever process is free takes the next file of this order, and all others after these. What
# starts from a run stands so far behind the file that makes it that no process waits for it.
LONGEST = (
    "workflow/test_interruptions.py",  # makes the tiny run
    "workflow/test_quick_run.py",  # makes the quick run
    "project/test_site.py",  # builds the site
    "workflow/test_slurm.py",
    "workflow/test_fashion_mnist.py",
    "workflow/test_module.py",
    "workflow/test_wrong_configs.py",
    "unit/benchmark/test_operations.py",
    "unit/numpy_mlp/test_classifier.py",
    "unit/benchmark/test_interleaved.py",
    "unit/provenance/test_fingerprint.py",
    "unit/keras_mlp/test_models.py",
    "unit/benchmark/test_ladder.py",
    "unit/data/test_attacks.py",
    "workflow/test_own_data.py",
    "workflow/test_report.py",
    "workflow/test_contract.py",
)
# This only looks at the quick run, so it comes last, when that has long ended. Of the contract's
# tests, which start from the tiny run, one needs it too.
LAST = ("workflow/test_determinism.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that none is left for the end, when only one process works."""
    order = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    order |= {ROOT / "tests" / name: len(LONGEST) + 1 for name in LAST}
    items.sort(key=lambda item: order.get(item.path, len(LONGEST)))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: downloads, clusters and killed runs wait more than work."""
    return available_threads() + 1


@pytest.fixture(scope="session", autouse=True)
def plans_of_these_tests(tmp_path_factory: pytest.TempPathFactory, worker_id: str):
    """Plans that all tests share, runs of the workflow too, out of the user's cache folder.

    Other tests always run beside one that measures a plan, so in the processes of pytest it is
    measured only once, and shortly, without a look at how busy the machine is.
    """
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLPLAB_CACHE_DIR", str(folder / "cache"))
        patch.setattr(planning, "DISTURBED_ABOVE", 2.0)
        patch.setattr(planning, "_MEASURED_PRODUCTS", planning._MEASURED_PRODUCTS // 8)
        patch.setattr(nearest_distance, "_LOOKS", 0)
        yield


@pytest.fixture(scope="session")
def mnist_spec() -> DatasetSpec:
    return load_registry(ROOT / "config" / "datasets.yaml")["mnist"]


def find_mnist(spec: DatasetSpec) -> Path:
    """Where the real files are: MLPLAB_DATA_DIR, a folder beside the checkout, or fetched."""
    beside = ROOT.parent / "shared" / "data" / "mnist"
    if os.environ.get("MLPLAB_DATA_DIR"):
        return Path(os.environ["MLPLAB_DATA_DIR"])
    if beside.is_dir():
        return beside
    folder = ROOT / "resources" / "mnist"
    fetch_dataset(spec, folder)
    return folder


@pytest.fixture(scope="session")
def mnist_folder(mnist_spec: DatasetSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of links to the real files, and to nothing that a run has left beside them."""
    source, folder = find_mnist(mnist_spec), tmp_path_factory.mktemp("mnist")
    for spec in mnist_spec.files.values():
        path = find_file(source, spec.name)
        assert path is not None, f"{source}: lacks {spec.name}"
        (folder / path.name).symlink_to(path.resolve())
    return folder


@pytest.fixture(scope="session")
def mnist(mnist_folder: Path, mnist_spec: DatasetSpec) -> Dataset:
    return load_dataset(mnist_folder, mnist_spec)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20200516)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files of the project in a folder whose path holds a space.

    With bytecode: else the first processes of every copy of it would all compile the whole library.
    """
    folder = tmp_path_factory.mktemp("a checkout") / "mlplab"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    compiled = compileall.compile_dir(folder / "src", quiet=1)
    assert compiled
    return folder
