"""Both engines for tests of what they have in common."""

import pytest

from mlplab.numpy_mlp import NumpyMLPClassifier
from mlplab.numpy_mlp.engines import ENGINES, Engine, find_engine


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Each engine in turn, which is the classifier's default meanwhile."""
    defaults = NumpyMLPClassifier.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "engine", request.param)
    return find_engine(request.param)
