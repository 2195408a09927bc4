"""A small finished run, and a project whose documentation shows it."""

import json

import pandas as pd
import pytest
import yaml

from mlplab.reporting.claims.evaluation import evaluate_claims
from mlplab.reporting.claims.model import Claim
from mlplab.runtime.files import save_table

RATIOS = pd.DataFrame(
    {
        "variant": ["keras", "keras", "sklearn"],
        "batch_size": [32, 60_000, 32],
        "ratio": [3.3333, 0.9, 2.0],
        "ci_low": [3.1, 0.85, 1.9],
        "ci_high": [3.6, 0.95, 2.1],
        "disturbed": [False, False, False],
    }
)
SHOWN = {
    "run": "default",
    "numbers": {
        "keras-32": {
            "value": {
                "table": "ratios",
                "column": "ratio",
                "where": {"variant": "keras", "batch_size": 32},
                "interval": "ci",
            },
            "format": ".2g",
        }
    },
    "tables": {
        "keras": {
            "table": "ratios",
            "columns": {"batch_size": "batch size", "ratio": "Keras over NumPy"},
            "where": {"variant": "keras"},
            "formats": {"batch_size": ",.0f", "ratio": ".2f"},
        }
    },
    "figures": ["seconds"],
    "readme": {"A-slower": "Keras over NumPy"},
}
README = "# Title\n\n<!-- results: make docs-run -->\nold\n<!-- end of the results -->\n\nEnd.\n"


def make_record(rule, start, end, **wildcards):
    return {
        "rule": rule,
        "wildcards": wildcards,
        "machine": {"processor": "Some CPU", "processors": 2, "python": "3.11", "numpy": "2.4"},
        "git": {"commit": "0123456789abcdef", "dirty": False},
        "started": f"2026-11-29T{start}:00+00:00",
        "ended": f"2026-11-29T{end}:00+00:00",
    }


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The folder of a project with a finished run, in which commands start."""
    claim = Claim(
        id="A-slower",
        article="A",
        statement="Keras is slower",
        kind="statement",
        words="slower",
        bound=1.0,
        bound_reason="slower",
        comparison="at least",
        unit="1",
        value={
            "table": "ratios",
            "column": "ratio",
            "where": {"variant": "keras", "batch_size": 32},
            "interval": "ci",
        },
    )
    run = tmp_path / "results" / "default"
    save_table(run / "tables" / "ratios.csv", RATIOS)
    save_table(run / "tables" / "claims.csv", evaluate_claims([claim], {"ratios": RATIOS}, {}))
    (run / "figures").mkdir()
    (run / "figures" / "seconds.png").write_bytes(b"a picture")
    records = {
        "a.csv": make_record("train", "10:00", "10:10", seed="0"),
        "b.csv": make_record("train", "10:05", "10:20", seed="1"),
        "b.npy": make_record("train", "10:05", "10:20", seed="1"),
        "c.csv": make_record("join", "12:00", "12:01"),
    }
    for name, record in records.items():
        (run / f"{name}.provenance.json").write_text(json.dumps(record))
    (tmp_path / "docs" / "run").mkdir(parents=True)
    (tmp_path / "docs" / "run" / "shown.yaml").write_text(yaml.safe_dump(SHOWN))
    (tmp_path / "README.md").write_text(README)
    monkeypatch.chdir(tmp_path)
    return tmp_path
