"""``python -m mlplab.reporting.compare``: what it prints and writes, and what it refuses."""

import json
import shutil

import numpy as np
import pytest

from mlplab.benchmark.summary import build_batch_size_ratios
from mlplab.reporting.compare import ratios
from mlplab.reporting.compare.__main__ import main
from mlplab.reporting.compare.comparison import compare_runs
from mlplab.reporting.compare.loading import open_runs
from tests.unit.reporting.compare.runs import (
    MACHINE,
    benchmark,
    copy_run,
    edit_config,
    edit_table,
    write_run,
)

EVIL = "<script>alert(1)</script>"


def compare(*arguments):
    return main([str(argument) for argument in arguments])


def assert_every_section_tells_something(folders):
    sections = compare_runs(open_runs(folders))
    assert len(sections) == 6 + len(ratios.TABLES)
    assert all(section.sentences for section in sections), sections


def test_a_run_and_its_copy_agree_in_everything(folders, capsys):
    assert compare(*folders) == 0
    said = capsys.readouterr().out
    for sentence in (
        "The configurations are the same.",
        "All 2 modules that every run used are the same.",
        "All 4 recorded versions are the same.",
        "All recorded properties of the machines are the same.",
        "3 of 3 claims (100 %) have the same verdict",
        "6 of 6 ratios (100 %) are within 15 %; half of the changes are at most 0.0 %",
        "By a test of each, 0 of 6 ratios (0 %) differ.",
        "3 of 3 trainings (100 %) have the same test accuracy to the bit.",
    ):
        assert sentence in said


def test_what_changed_in_a_copy_is_told(folders, capsys):
    _, copy = folders
    edit_config(copy, cluster={"k_values": [10, 20], "n_init": 5})
    (copy / "machine.json").write_text(json.dumps(MACHINE | {"processor": "Intel Xeon"}))
    edit_table(copy, "claims", lambda claims: claims.assign(verdict="inconclusive"))
    edit_table(
        copy,
        "batch_size_ratios",
        lambda _: build_batch_size_ratios(benchmark(np.random.default_rng(1), {"keras": 1.3})),
    )
    edit_table(
        copy,
        "final_accuracies",
        lambda rows: rows.assign(test_accuracy=rows["test_accuracy"] + [0.0101, 0.01, 0.0102]),
    )
    assert compare(*folders) == 0
    said = capsys.readouterr().out
    for sentence in (
        "2 keys differ in the configuration.",
        "The machines differ: processor.",
        "1 of 3 claims (33 %) have the same verdict; of those that count, 1 of 2 (50 %).",
        "3 of 6 ratios (50 %) are within 15 %",
        "By a test of each, 3 of 6 ratios (50 %) differ.",
        "0 of 3 trainings (0 %) have the same test accuracy to the bit.",
        "By the test, 1 of 1 settings (100 %) differ.",
    ):
        assert sentence in said


@pytest.mark.parametrize("columns", ["80", "100", "400"])
def test_lines_fit_a_terminal(folders, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    _, copy = folders
    edit_config(copy, cluster={"k_values": [10, 20], "words": "a sentence of many words " * 9})
    assert compare(*folders) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-1])) <= min(int(columns), 100)


def test_the_page_lies_beside_the_first_run(folders, capsys):
    assert compare(*folders) == 0
    page = folders[0].parent / "compare" / "a-b.html"
    assert capsys.readouterr().out.endswith(f"Page: {page}\n")
    assert "<h1>a and b</h1>" in page.read_text(encoding="utf-8")


def test_the_page_may_lie_elsewhere(folders, tmp_path):
    assert compare(*folders, "--page", tmp_path / "elsewhere" / "page.html") == 0
    assert (tmp_path / "elsewhere" / "page.html").is_file()
    assert not (tmp_path / "compare").exists()


def test_runs_of_one_name_are_told_apart(tmp_path, capsys):
    here, there = tmp_path / "here" / "default", tmp_path / "there" / "default"
    write_run(here)
    there.parent.mkdir()
    shutil.copytree(here, there)
    assert compare(here, there) == 0
    assert "here/default" in capsys.readouterr().out
    assert (tmp_path / "here" / "compare" / "here_default-there_default.html").is_file()


def test_three_runs_are_compared_with_the_first_and_each_two_with_each_other(folders, capsys):
    third = copy_run(folders[0], "c")
    edit_config(third, seeds=[1])
    assert compare(*folders, third) == 0
    said = capsys.readouterr().out
    assert "a and b: 6 of 6 ratios (100 %)" in said
    assert "a and c: 6 of 6 ratios (100 %)" in said
    assert "Ratios within 15 %:" in said
    assert "Claims with the same verdict:" in said


def test_names_that_hold_html_or_commands_of_the_terminal_are_text(tmp_path, capsys):
    first = write_run(tmp_path / "<b>a")
    copy = copy_run(first, "<i>b")
    edit_config(copy, **{f"{EVIL}\x1b[2J": EVIL})
    edit_table(copy, "claims", lambda rows: rows.assign(verdict=EVIL, id=[EVIL, "b", "c"]))
    assert compare(first, copy) == 0
    page = (tmp_path / "compare" / "<b>a-<i>b.html").read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>" not in page
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([], "runs: found none; allowed: two or more folders of runs"),
        (["a"], "a; allowed: two or more folders of runs"),
        (["a", "nowhere"], "nowhere: found no such folder; allowed"),
        (["a", "a"], "a: found the same run twice; allowed"),
        (["a", "b/../a"], "found the same run twice; allowed"),
        (["a", "empty"], "empty: found neither config.yaml nor tables/; allowed"),
    ],
)
def test_what_is_no_pair_of_runs_is_refused(folders, tmp_path, capsys, given, found):
    (tmp_path / "empty").mkdir()
    assert compare(*(tmp_path / name for name in given)) == 2
    assert found in capsys.readouterr().err
    assert not (tmp_path / "compare").exists()


def test_a_page_in_the_folder_of_a_run_is_refused(folders, capsys):
    copy = folders[1]
    assert compare(*folders, "--page", copy / "page.html") == 2
    assert "found a run in the folder of the page; allowed" in capsys.readouterr().err
    assert not (copy / "page.html").exists()


def test_a_page_that_cannot_be_written_is_told(folders, capsys):
    file = folders[0] / "config.yaml"
    assert compare(*folders, "--page", file / "page.html") == 2
    assert "cannot be written" in capsys.readouterr().err


TABLES = ["claims", "batch_size_ratios", "final_accuracies", "training_history"]
TABLES += ["optimization_ladder_summary", "batch_size_summary"]


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_table_is_a_notice(folders, capsys, name):
    (folders[1] / "tables" / f"{name}.csv").unlink()
    assert compare(*folders) == 0
    assert f"Note: b has no {name}.csv." in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b'a,b\n"1', b"a,b\n1,2\n", b"\xff\xfe\xfa"])
@pytest.mark.parametrize("name", TABLES)
def test_a_broken_table_is_a_notice(folders, capsys, name, content):
    (folders[1] / "tables" / f"{name}.csv").write_bytes(content)
    assert compare(*folders) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"Note: {name}.csv of b " in said


@pytest.mark.parametrize("name", TABLES)
def test_any_column_may_be_missing(folders, name):
    path = folders[1] / "tables" / f"{name}.csv"
    whole = path.read_text()
    for column in whole.splitlines()[0].split(","):
        edit_table(folders[1], name, lambda rows, column=column: rows.drop(columns=column))
        assert_every_section_tells_something(folders)
        path.write_text(whole)


@pytest.mark.parametrize("value", ["words", "inf", "-1", "1e300"])
@pytest.mark.parametrize("name", TABLES)
def test_any_column_may_hold_what_is_no_number_or_an_impossible_one(folders, name, value):
    path = folders[1] / "tables" / f"{name}.csv"
    whole = path.read_text()
    for column in whole.splitlines()[0].split(","):
        edit_table(folders[1], name, lambda rows, column=column: rows.assign(**{column: value}))
        assert_every_section_tells_something(folders)
        path.write_text(whole)


@pytest.mark.parametrize(
    "content", ["", "[1, 2]", "{", "a: [", "null", '{"code": 1, "git": []}', "a: &a [*a]"]
)
def test_broken_records_are_notices(folders, capsys, content):
    for path in [*folders[1].rglob("*.json"), folders[1] / "config.yaml"]:
        path.write_text(content)
    assert compare(*folders) == 0
    assert "Note: b has no" in capsys.readouterr().out


def test_a_run_without_anything_but_its_configuration_is_compared_in_it(folders, capsys):
    shutil.rmtree(folders[1] / "tables")
    edit_config(folders[1], seeds=[5])
    assert compare(*folders) == 0
    said = capsys.readouterr().out
    assert "1 key differs in the configuration." in said
    assert "Not compared." in said
