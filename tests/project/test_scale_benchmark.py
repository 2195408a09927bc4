import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "scale.py"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_a_stage_of_the_benchmark_has_seconds_and_memory(tmp_path):
    output = tmp_path / "scale.csv"
    command = [sys.executable, BENCHMARK, "--samples", "200", "6000", "--stages", "scaling"]
    subprocess.run([*command, "--folder", tmp_path, "--output", output], check=True)
    table = pd.read_csv(output)
    assert table["samples"].tolist() == [200, 6_000]
    assert (table["seconds"] > 0).all()
    # 6,000 images as float32 are 18 MiB.
    assert (table["memory_mib"] - table["before_mib"]).iloc[1] > 18
    assert [path.name for path in tmp_path.iterdir()] == ["scale.csv"]
