"""A finished run compared with its copy: all tables and records that a comparison reads."""

import shutil
import sys

import pandas as pd
import yaml

from tests.workflow.running import run


def compare(folder, *runs):
    command = [sys.executable, "-m", "mlplab.reporting.compare", *(f"results/{r}" for r in runs)]
    return run(folder, *command, COLUMNS="100")


def test_a_run_agrees_with_its_copy_until_the_copy_is_changed(tiny_copy):
    results = tiny_copy / "results"
    shutil.copytree(results / "tiny", results / "copy")
    done = compare(tiny_copy, "tiny", "copy")
    assert done.returncode == 0, done.stderr
    assert "Note:" not in done.stdout
    assert "Not compared." not in done.stdout
    assert "The configurations are the same." in done.stdout
    assert "modules that every run used are the same" in done.stdout
    assert (results / "compare" / "tiny-copy.html").is_file()

    config = yaml.safe_load((results / "copy" / "config.yaml").read_text())
    config["cluster"]["n_init"] += 1
    (results / "copy" / "config.yaml").write_text(yaml.safe_dump(config))
    claims = pd.read_csv(results / "copy" / "tables" / "claims.csv")
    claims.loc[0, "verdict"] = "reproduced"
    claims.to_csv(results / "copy" / "tables" / "claims.csv", index=False)
    done = compare(tiny_copy, "tiny", "copy")
    assert done.returncode == 0, done.stderr
    assert "1 key differs in the configuration." in done.stdout
    assert f"{len(claims) - 1} of {len(claims)} claims" in done.stdout
