import numpy as np
import pandas as pd
import pytest

from mlplab.clusters.choice import CHOICES, choose_k, chosen_k
from mlplab.clusters.elbow import locate_elbow

BENT = [100, 60, 20, 18, 16, 14]


def sweep(inertias, silhouettes=None, ks=None):
    """A table of a sweep: a list of inertias per seed, and silhouettes common to all."""
    n = len(inertias[0])
    return pd.concat(
        pd.DataFrame(
            {
                "k": ks or range(1, n + 1),
                "seed": seed,
                "inertia": curve,
                "silhouette": silhouettes or np.linspace(0, 0.1, n),
            }
        )
        for seed, curve in enumerate(inertias)
    )


def test_an_elbow_that_all_seeds_share_is_clear_and_chosen():
    choices = choose_k(
        sweep([BENT, BENT], [0.1, 0.3, 0.2, 0.25, 0.4, 0.3]), sensitivities=[1, 2], trim=0
    )
    assert choices.columns.tolist() == [*CHOICES.columns]
    assert choices["criterion"].tolist() == [
        "elbow",
        "silhouette peak",
        "silhouette peak",
        "chosen",
    ]
    assert choices["k"].tolist() == [3, 2, 5, 3]
    elbow = choices.iloc[0]
    assert (elbow["k_low"], elbow["k_high"], elbow["inertia"]) == (3, 3, 20)
    assert choices["statement"][1].endswith("and with 2 of 2 seeds")
    assert (
        elbow["statement"]
        == "elbow at 3 in all of 4 cases (seeds, settings of Kneedle, ranges of K)"
    )
    assert chosen_k(choices) == 3


def test_elbows_of_seeds_far_apart_are_an_interval_and_not_clear():
    curves = [[*BENT, 12, 10], [100, 80, 60, 40, 20, 19, 18, 17]]
    scores = [0.1, 0.3, 0.2, 0.25, 0.4, 0.3, 0.2, 0.1]
    wide = sweep(curves, scores, ks=[10, 20, 30, 40, 50, 60, 70, 80])
    choices = choose_k(wide, sensitivities=[1], trim=0, max_width=10)
    elbow = choices.iloc[0]
    assert (elbow["k_low"], elbow["k_high"]) == (30, 50)
    assert elbow["statement"].startswith("no clear elbow: from 30 to 50 in 2 cases")
    assert elbow["statement"].endswith("wider than 10")
    assert chosen_k(choices) == 50
    assert chosen_k(choose_k(wide, sensitivities=[1], trim=0, max_width=20)) == elbow["k"]


def test_an_elbow_that_some_settings_do_not_find_is_not_clear():
    elbow = locate_elbow(sweep([BENT]), [1, 1000], trim=0, max_width=20)
    assert (elbow.k, elbow.found, elbow.cases, elbow.clear) == (3, 1, 2, False)
    assert "in 1 of 2 cases" in elbow.describe()
    assert "none in the others" in elbow.describe()


def test_a_power_law_has_an_elbow_that_moves_with_the_range_and_so_is_not_clear():
    ks = np.arange(10, 171, 10)
    curve = sweep([1e5 * ks**-0.5], ks=ks.tolist())
    assert locate_elbow(curve, [1], trim=0, max_width=20).clear
    elbow = locate_elbow(curve, [1], trim=0.25, max_width=20)
    assert elbow.cases == 3
    assert not elbow.clear
    assert elbow.high - elbow.low > 20


def test_a_bend_in_the_middle_stays_where_it_is_in_every_range():
    ks = np.arange(10, 171, 10)
    bent = sweep([np.where(ks < 90, 1000 - 10 * ks, 100 - 0.1 * (ks - 90))], ks=ks.tolist())
    elbow = locate_elbow(bent, [1, 2], trim=0.25, max_width=20)
    assert (elbow.k, elbow.low, elbow.high, elbow.clear) == (90, 90, 90, True)


def test_a_straight_line_has_no_elbow_and_the_highest_silhouette_is_chosen():
    choices = choose_k(sweep([[6, 5, 4, 3, 2, 1]]), sensitivities=[1])
    assert choices["criterion"].tolist() == ["elbow", "chosen"]
    assert choices["k"].isna().tolist() == [True, False]
    assert "no clear elbow: none found" in choices["statement"][0]
    assert chosen_k(choices) == 6


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_k_have_no_elbow_but_a_choice(n):
    choices = choose_k(sweep([BENT[:n], BENT[:n]]))
    assert pd.isna(choices.iloc[0]["k"])
    assert chosen_k(choices) == n


def test_the_choice_survives_being_written_and_read(tmp_path):
    choices = choose_k(sweep([[6, 5, 4, 3, 2, 1]]))
    choices.to_csv(tmp_path / "choices.csv", index=False)
    assert chosen_k(pd.read_csv(tmp_path / "choices.csv")) == 6
