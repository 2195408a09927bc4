import json

from mlplab.reporting.compare.loading import open_runs
from mlplab.reporting.compare.origin import compare_code, compare_machines, compare_versions
from tests.unit.reporting.compare.runs import MACHINE, copy_run, record


def rewrite_records(folder, **changes):
    for path in folder.rglob("*.provenance.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def rows_of(section, number=-1):
    return {row[0]: row[1:] for row in section.grids[number].rows}


def test_modules_with_other_fingerprints_are_named(folders):
    modules = {"mlplab.stats.ratios": "ff" * 8, "mlplab.data.idx": "aa" * 8, "mlplab.new": "00" * 8}
    rewrite_records(folders[1], code={"modules": modules, "libraries": {}})
    section = compare_code(open_runs(folders))
    assert section.sentences == ["1 of the 2 modules that every run used changed."]
    assert rows_of(section) == {"mlplab.stats.ratios": ("01234567", "ffffffff")}
    assert [row[0] for row in section.grids[1].others] == ["mlplab.new"]


def test_a_run_with_code_of_two_commits_shows_both(folders):
    other = {"commit": "f" * 40, "dirty": True}
    path = folders[1] / "tables" / "new.csv.provenance.json"
    path.write_text(json.dumps(record(rule="new", git=other)))
    commits = rows_of(compare_code(open_runs(folders)), 0)["commit"]
    assert commits[0] == "0e2abb923928"
    assert "ffffffffffff, with changes: 1 job" in commits[1].split("\n")


def test_results_of_one_job_count_as_one_job(folders):
    path = folders[1] / "tables"
    for name in ("one", "two"):
        (path / f"{name}.csv.provenance.json").write_text(json.dumps(record(rule="both")))
    one, other = rows_of(compare_machines(open_runs(folders)))["jobs with a record"]
    assert int(other) == int(one) + 1


def test_versions_that_differ_are_named_with_the_library_for_products(folders):
    libraries = {"numpy": "2.5.0", "scipy": "1.17.1"}
    blas = [{"user_api": "blas", "internal_api": "mkl", "version": "2026", "architecture": None}]
    rewrite_records(folders[1], code={"modules": {}, "libraries": libraries}, blas=blas)
    rows = rows_of(compare_versions(open_runs(folders)))
    assert rows["numpy"] == ("2.4.6", "2.4.6, 2.5.0")  # the machine's record has the older one
    assert rows["openblas (blas)"] == ("0.3.31 Zen", "–")
    assert rows["mkl (blas)"] == ("–", "2026")
    assert "scipy" not in rows


def test_whatever_is_recorded_of_a_machine_is_shown(folders):
    third = copy_run(folders[0], "c")
    (third / "machine.json").write_text(json.dumps(MACHINE | {"memory_bytes": 24 * 2**30}))
    section = compare_machines(open_runs([*folders, third]))
    assert section.sentences == ["The machines differ: memory."]
    rows = rows_of(section)
    assert rows["memory"] == ("–", "–", "24 GiB")
    assert rows["processor"] == ("AMD EPYC",) * 3
    assert rows["minutes until the last ended"] == ("45",) * 3
    assert rows["disturbed measurements"] == ("0 of 45 (0 %)",) * 3
