import importlib
import importlib.util

import numpy as np
import pytest

from mlplab import interleaved
from mlplab.interleaved import measure_interleaved
from mlplab.variants import NAMES, load_variant


@pytest.fixture
def samples(random):
    return random.standard_normal((600, 20), dtype=np.float32), random.integers(3, size=600)


def test_variants_take_turns_and_absent_ones_are_told(samples):
    table, absent = measure_interleaved(
        ["numpy", "products", "sklearn", "keras", "no_such"],
        *samples,
        batch_size=100,
        n_threads=2,
        rounds=3,
    )
    counts = table.groupby("variant")["round"].agg(list)
    assert counts.to_dict() == {
        name: [1, 2, 3] for name in ("numpy", "products", "sklearn", "keras")
    }
    assert (table[["wall_seconds", "first_epoch_seconds"]] > 0).all().all()
    assert table["notes"][table["variant"] == "numpy"].str.contains("threads").all()
    assert set(absent) == {"no_such"}


@pytest.mark.parametrize("name", NAMES)
def test_every_named_variant_says_what_it_needs(name):
    module = importlib.import_module(f"mlplab.variants.{name}_variant")
    assert module.REQUIRES
    if importlib.util.find_spec(module.REQUIRES) is None:
        with pytest.raises(ModuleNotFoundError, match=f"{module.REQUIRES} is not installed"):
            load_variant(name)
    else:
        assert load_variant(name) is module


def test_a_variant_that_breaks_off_is_named(samples, monkeypatch):
    answers = iter([(0.1, 0.1), None])
    monkeypatch.setattr(interleaved._Runner, "run_epoch", lambda self: next(answers))
    with pytest.raises(RuntimeError, match="variant numpy broke off"):
        measure_interleaved(["numpy"], *samples, batch_size=100, n_threads=1, rounds=2)
