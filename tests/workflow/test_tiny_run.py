"""What the smallest run holds that the quick one, of fewer published figures, does not."""

import pandas as pd


def test_scalings_stand_beside_what_is_published_of_their_epochs(tiny_checkout):
    scalings = pd.read_csv(tiny_checkout / "results" / "tiny" / "tables" / "scaling_comparison.csv")
    assert set(scalings["input_space"]) == {"clusters-10", "clusters-10-whitened"}
    assert set(scalings["epoch"]) == {1, 2}
    times = pd.read_csv(tiny_checkout / "results" / "tiny" / "tables" / "time_to_accuracy.csv")
    assert set(times[times["target_kind"] == "published"]["target"]) == {0.1, 0.99}
