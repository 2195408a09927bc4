"""Jobs as scripts see them, without the workflow."""

import logging
from collections.abc import Iterator

import pytest


class Params(dict):
    """Named values that are attributes too."""

    __getattr__ = dict.__getitem__


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    """Give the root logger its handlers back that a job's log replaces; for modules with jobs."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
