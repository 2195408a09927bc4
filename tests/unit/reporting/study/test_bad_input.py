"""A run that lacks something: a page with a plain notice at its place, never a traceback."""

import re
import shutil

import pytest

from mlplab.reporting.study.__main__ import main
from mlplab.reporting.study.assemble import SECTIONS, answer_question, make_study, render_study
from mlplab.reporting.study.content import Tables
from mlplab.reporting.study.run import Run
from tests.unit.reporting.study.conftest import STYLES
from tests.unit.reporting.study.sample_run import sample_tables, write_run

EVIL = "</script><img src=x onerror=alert(1)>"


def make(folder):
    study = make_study(folder, STYLES)
    return study, render_study(study)


def answers(tables):
    """Content or reason of each section that reads one of the tables, by its id."""
    run = Run("run", Tables(tables), {}, (), STYLES)
    return {section.ID: (*answer_question(section, run), [*run.tables.left_out])
            for section in SECTIONS}  # fmt: skip


@pytest.mark.parametrize("name", sorted(sample_tables()))
def test_a_missing_table_is_told_where_it_is_missing(name):
    tables = sample_tables()
    del tables[name]
    told = 0
    for content, reason, left_out in answers(tables).values():
        assert content is not None or f"tables/{name}.csv is not there" in reason
        notices = [*left_out, reason, *(content.notices if content else ())]
        told += any(f"tables/{name}.csv is not there" in notice for notice in notices)
    assert told >= 1


@pytest.mark.parametrize("name", sorted(sample_tables()))
def test_any_missing_column_is_told_or_not_needed(name):
    tables = sample_tables()
    sections = [section for section in SECTIONS if name in (*section.TABLES, "confusion")]
    for column in tables[name].columns:
        run = Run("run", Tables(tables | {name: tables[name].drop(columns=column)}), {}, (), STYLES)
        for section in sections:
            content, reason = answer_question(section, run)
            if content is None:
                assert f"tables/{name}.csv has no column {column}: another version" in reason


def test_a_half_finished_run_answers_what_it_can(tmp_path):
    tables = {name: sample_tables()[name] for name in ("bridge", "search_summary")}
    study, page = make(write_run(tmp_path / "run", tables))
    answered = [section.id for section in study.sections if section.content is not None]
    assert answered == ["best-network", "keras-accuracy"]
    assert page.count("Left out: ") == len(SECTIONS) - 2
    assert "The score of the claims is left out" in page


def test_tables_without_rows_are_told(tmp_path):
    tables = {name: table.iloc[:0] for name, table in sample_tables().items()}
    study, _ = make(write_run(tmp_path / "run", tables))
    assert all("has no rows" in section.reason for section in study.sections)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b'a,b\n"1,2\n3', b"a\n1,2,3\n"])
def test_a_table_that_is_no_table_is_told(tmp_path, folder, content):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    (run / "tables" / "bridge.csv").write_bytes(content)
    study, page = make(run)
    (section,) = (section for section in study.sections if section.content is None)
    assert section.id == "keras-accuracy"
    assert "tables/bridge.csv " in section.reason
    assert "\n" not in section.reason
    assert "Left out: tables/bridge.csv" in page


def test_numbers_that_are_words_are_told(tmp_path):
    tables = sample_tables()
    tables["batch_size_ratios"] = tables["batch_size_ratios"].assign(batch_size="many")
    study, _ = make(write_run(tmp_path / "run", tables))
    assert study.sections[0].reason.startswith("the tables hold something unexpected")


def test_records_and_configuration_may_be_missing_or_broken(tmp_path, folder):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    for record in (run / "tables").glob("*.json"):
        record.write_text("[1]")
    (run / "config.yaml").write_text("{")
    study, page = make(run)
    assert study.run.name == "run"
    assert "98.31" in page
    (run / "config.yaml").unlink()
    assert make(run)[1] == page


def test_names_that_hold_html_are_text(tmp_path):
    tables = sample_tables()
    tables["claims"] = tables["claims"].assign(
        statement=EVIL, evidence=EVIL, id=[f"{EVIL}{n}" for n in range(13)], article=EVIL
    )
    tables["optimization_ladder_summary"] = tables["optimization_ladder_summary"].assign(name=EVIL)
    tables["optimization_ladder"] = tables["optimization_ladder"].assign(name=EVIL)
    tables["final_accuracies"] = tables["final_accuracies"].assign(experiment=EVIL)
    tables["batch_size_summary"] = tables["batch_size_summary"].replace({"jax": EVIL})
    tables["batch_size_ratios"] = tables["batch_size_ratios"].replace({"jax": EVIL})
    folder = write_run(tmp_path / "run", tables)
    (folder / "config.yaml").write_text(f"run: '{EVIL}'\ndataset: '{EVIL}'\n")
    study, page = make(folder)
    assert all(section.content is not None for section in study.sections)
    assert not re.search(r"<img", page.split("<script>")[0])
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_folder_without_a_run_is_refused(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    message = capsys.readouterr().err
    assert "nowhere: found no tables in" in message
    assert "allowed: the folder of a run" in message


def test_the_command_names_the_page_and_the_questions_without_an_answer(tmp_path, capsys):
    tables = {"search_summary": sample_tables()["search_summary"]}
    folder = write_run(tmp_path / "run", tables)
    assert main([str(folder)]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{folder / 'study.html'}\n"
    assert printed.err.count("without an answer: ") == len(SECTIONS) - 1
    assert "98.31" in (folder / "study.html").read_text()
