import numpy as np
import pytest

from mlplab.ladder import STEPS, measure_ladder
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.trainer import Step


@pytest.fixture
def problem(random):
    x = random.normal(size=(230, 12))
    codes = random.integers(4, size=230)
    start = draw_parameters([12, 7, 5, 4], "float64", np.random.RandomState(0))
    return x, codes, start


@pytest.mark.parametrize(("l2", "l1"), [(0.01, 0.0), (0.0, 0.02), (0.3, 0.1)])
def test_all_steps_end_with_the_same_weights(problem, random, l2, l1):
    x, codes, start = problem
    networks = [kind(x, codes, start, Step(0.01, 0.3, l2, l1), 4) for kind in STEPS]
    orders = [random.permutation(len(x)) for _ in range(5)]
    accuracies = [[net.train_epoch(order, 50) for order in orders][-1] for net in networks]
    first = networks[0].parameters().vector
    for network in networks[1:]:
        np.testing.assert_allclose(network.parameters().vector, first, rtol=1e-3, atol=1e-4)
    assert accuracies == pytest.approx([accuracies[0]] * len(STEPS), abs=1.5 / len(x))
    full = [network.predict_accuracy() for network in networks]
    assert full == pytest.approx([full[0]] * len(STEPS), abs=1.5 / len(x))


def test_every_step_is_measured_in_every_round(problem):
    rows = measure_ladder(*problem, Step(0.01, 0.0, 0.01, 0.0), batch_size=50, rounds=3, seed=0)
    assert sorted((row["round"], row["step"]) for row in rows) == [
        (round_number, step) for round_number in (1, 2, 3) for step in range(len(STEPS))
    ]
    for row in rows:
        assert row["full_accuracy_seconds"] > row["batch_accuracy_seconds"] > row["shuffle"] > 0
        assert ("backward to L0" in row) == (row["name"] != "ProjectTrainer")
