import numpy as np
import pytest

from mlplab.reporting.tables.confusion import CONFUSION, build_confusion
from mlplab.runtime.files import save_array

LABELS = np.array([0, 0, 1, 1, 2], np.uint8)


@pytest.fixture
def confusion(tmp_path):
    """Of two seeds of one experiment and one of another, which classifies all as 0."""
    predictions = ([0, 1, 1, 1, 2], [0, 0, 1, 2, 2], [0, 0, 0, 0, 0])
    paths = [tmp_path / f"{number}.npy" for number in range(3)]
    for path, labels in zip(paths, predictions, strict=True):
        save_array(path, np.array(labels, np.uint8))
    common = {"space": "pixels-standard", "l2_factor": 1.0}
    trainings = [{"experiment": name, **common, "seed": seed} for name, seed in ("a0", "a1", "b0")]
    return build_confusion(list(map(str, paths)), trainings, LABELS, np.array([5, 7, 9, 11]))


def counts(confusion, experiment):
    rows = confusion[confusion["experiment"] == experiment]
    return rows.pivot(index="label", columns="predicted", values="images").to_numpy().tolist()


def test_images_are_summed_over_the_seeds_of_an_experiment(confusion):
    assert confusion.columns.tolist() == [*CONFUSION.columns]
    assert counts(confusion, "a") == [[3, 1, 0, 0], [0, 3, 1, 0], [0, 0, 2, 0], [0] * 4]
    assert counts(confusion, "b") == [[2, 0, 0, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0] * 4]
    seeds = confusion.groupby("experiment")["seeds"].unique().str[0]
    assert seeds.to_dict() == {"a": 2, "b": 1}


def test_shares_are_those_of_the_images_of_a_label(confusion):
    sums = confusion.groupby(["experiment", "label"])["share"].sum()
    assert sums.drop(11, level="label").to_numpy() == pytest.approx(1.0)
    assert confusion.loc[confusion["label"] == 11, "share"].isna().all()
    first = confusion.iloc[0]
    assert (first["share"], first["input_space"]) == (0.75, "pixels")
