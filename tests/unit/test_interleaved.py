import importlib
import importlib.util
import pickle
from functools import partial

import numpy as np
import pytest

from mlplab import interleaved
from mlplab.files import load_array, save_array
from mlplab.interleaved import measure_interleaved
from mlplab.variants import NAMES, Problem, load_variant


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


def report_parts(problem, clock):
    """A variant whose first epoch has no parts, and whose others say how the samples came."""
    for number in range(problem.epochs):
        clock.start()
        clock.stop({"mapped": float(isinstance(problem.x, np.memmap))} if number else None)


@pytest.mark.parametrize("mapped", [True, False])
def test_functions_are_measured_too_and_their_parts_become_columns(samples, tmp_path, mapped):
    x, codes = samples
    if mapped:
        save_array(tmp_path / "x.npy", x)
        x = load_array(tmp_path / "x.npy")
    table, absent = measure_interleaved(
        {"some": report_parts, "numpy": partial(report_parts)},
        x,
        codes,
        batch_size=100,
        n_threads=1,
        rounds=2,
    )
    assert not absent
    assert sorted(table["variant"]) == ["numpy"] * 2 + ["some"] * 2
    assert table["mapped_seconds"].tolist() == [mapped] * 4


def test_only_maps_of_whole_files_are_sent_as_paths(samples, tmp_path):
    x, codes = samples
    save_array(tmp_path / "x.npy", x)
    whole = load_array(tmp_path / "x.npy")
    sent = pickle.dumps(Problem(whole, codes, 100, 1, 2))
    assert len(sent) < codes.nbytes + 1000 < x.nbytes
    np.testing.assert_array_equal(pickle.loads(sent).x, x)
    part = pickle.loads(pickle.dumps(Problem(whole[10:300:3], codes, 100, 1, 2)))
    np.testing.assert_array_equal(part.x, x[10:300:3])


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
    answers = iter([interleaved._Epoch(0.1, 0.1, {}), None])
    monkeypatch.setattr(interleaved._Runner, "run_epoch", lambda self: next(answers))
    with pytest.raises(RuntimeError, match="variant numpy broke off"):
        measure_interleaved(["numpy"], *samples, batch_size=100, n_threads=1, rounds=2)
