"""The pages of the documentation: links, numbers, names, spelling and style."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlplab.reporting.docs_run.model import load_shown
from mlplab.reporting.tables_page import find_tables
from tests.conftest import ROOT
from tests.project.pages import DOCS, list_pages, paragraphs, prose, sentences, without_code

PAGES = {path.relative_to(ROOT).as_posix(): path for path in list_pages()}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
WRITTEN = [name for name in TEXTS if not name.endswith("changelog.md")]

# Numbers that prose may give as they stand, with what in the code or the files they are.
FIXED = {
    "95 %": ("mlplab.stats.intervals", "CONFIDENCE", 0.95),
    "1.4 times": ("mlplab.machine.core_distance", "_FAR_FROM", 1.4),
    "12 s a round": ("mlplab.machine.nearest_distance", "_PATIENCE_SECONDS_PER_ROUND", 12.0),
    "10 s": ("mlplab.machine.nearest_distance", "_WORTH_SECONDS", 10.0),
    "12 s": ("mlplab.numpy_mlp.planning", "_PATIENCE_SECONDS", 12.0),
}
FIXED_FILES = {
    "1 GB": ("profiles/default/profile.yaml", "max-checksum-file-size: 1000000000"),
    "500 times": ("config/article.yaml", "n_init: 500"),
    "5 %": ("src/mlplab/benchmark/variants/keras_tuned_variant.py", "_CLEARLY_FASTER = 0.95"),
    "0.95": ("tests/project/test_code_blocks.py", "0.95"),  # holds what the README's block prints
}
UNITS = (
    "%|s|ms|µs|ns|h|min|seconds?|minutes?|hours?|[GMk]B|[GMK]iB|Gflop/s|times|points?|jobs|per cent"
)
MEASURED = re.compile(
    rf"(?<![\w.])(?:\d[\d.,]*\s?(?:{UNITS})(?![\w/])|0\.\d\d+(?![\d.]))", re.IGNORECASE
)

# The glossary's words, and what they replace.
FORBIDDEN = {
    r"contaminated": "disturbed",
    r"takes? no part": "Skipping …: …",
    r"asked for is there": "Run complete",
    r"classif\w+ \S+ of": "reaches … test accuracy",
    r"(?:back|frame)end": "engine or variant",
    r"centroids?": "cluster centre",
    r"feature space": "input space",
    r"hyper-?parameters?": "settings",
    r"provenance files?": "record",
    r"side-?cars?": "record",
    r"(?:cutting|bleeding)[- ]edge|blazing\w*|seamless\w*|powerful|state-of-the-art": "nothing",
    r"simply|obviously|of course|please note": "nothing",
    r"utili[sz]e\w*": "use",
    r"leverage\w*": "use",
    r"in order to": "to",
}


def anchors(text: str) -> set[str]:
    """Names of headings as GitHub and MyST make them."""
    heads = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    plain = [re.sub(r"[^\w\s-]", "", head.lower().replace("`", "")) for head in heads]
    return {head.strip().replace(" ", "-") for head in plain}


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_to_a_file_and_to_a_heading_of_it(name):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(TEXTS[name])):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (PAGES[name].parent / path).resolve() if path else PAGES[name]
        # The gallery is built; the test of the site follows the links into it.
        if "auto_gallery" in path:
            continue
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_number_with_a_unit_comes_from_a_run_a_finding_or_the_code(name):
    found = {match.strip() for match in MEASURED.findall(prose(TEXTS[name]))}
    assert found - FIXED.keys() - FIXED_FILES.keys() == set()


def test_numbers_that_stand_as_they_are_are_those_of_the_code():
    for number, (module, attribute, value) in FIXED.items():
        assert getattr(importlib.import_module(module), attribute) == value, number
    for number, (file, text) in FIXED_FILES.items():
        assert text in (ROOT / file).read_text(encoding="utf-8"), number


def test_a_number_from_nowhere_is_found():
    """The test above would see one."""
    for text in ("It takes 3.5 s.", "7 % of it", "reaches 0.964", "1,200 seconds", "12 times as"):
        assert MEASURED.findall(prose(text)) != [], text
    kept = "{run}`keras-32` s, version 3.11, 10.2, `sleep 3 s`, K = 70\n\n```text\n3 s\n```\n"
    finding = ":::{finding}\n:date: May\n\nIt took 3 s.\n:::\n"
    assert MEASURED.findall(prose(kept + finding)) == []


def test_every_finding_names_its_date_its_machine_and_how_it_was_seen():
    for name, text in TEXTS.items():
        for block in re.findall(r"^:::\{finding\}\n(.*?)^:::$", text, re.DOTALL | re.MULTILINE):
            options = dict(re.findall(r"^:(\w+): (.+)$", block, re.MULTILINE))
            assert {"date", "machine", "seen"} <= options.keys(), name
            assert re.search(r"20\d\d$", options["date"]), name


def test_numbers_of_the_run_are_there_and_every_one_is_used():
    shown = load_shown(DOCS / "run" / "shown.yaml")
    text = "".join(TEXTS.values())
    used = set(re.findall(r"\{(?:run|interval)\}`([^`]+)`", text))
    others = {f"{run} {name}" for run, part in shown.other_runs.items() for name in part.numbers}
    assert used == set(shown.numbers) | others
    kept = [f"{run}/{table}" for run, part in shown.other_runs.items() for table in part.tables]
    assert [table for table in kept if f"run/{table}.csv" not in text] == []
    assert [table for table in shown.tables if f"run/default/{table}.csv" not in text] == []
    assert [name for name in shown.figures if f"run/default/figures/{name}.png" not in text] == []


def test_a_run_in_the_documentation_names_machine_commit_and_date():
    kept = sorted((DOCS / "run").glob("*/run.json"))
    assert DOCS / "run" / "default" / "run.json" in kept
    for path in kept:
        facts = json.loads(path.read_text())
        assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ 20\d\d", facts["date"])
        commits = re.split(", | and ", facts["commit"])
        assert all(re.fullmatch(r"[0-9a-f]{7}", commit) for commit in commits)
        assert facts["processor"]
        assert facts["run"] == path.parent.name


def test_the_readme_shows_the_results_of_that_run():
    facts = json.loads((DOCS / "run" / "default" / "run.json").read_text())
    readme = TEXTS["README.md"]
    assert f"Run `default` of {facts['date']}, code of {facts['commit']}, " in readme
    shown = load_shown(DOCS / "run" / "shown.yaml")
    assert len(shown.readme) == 6
    assert all(f"| {words} |" in readme for words in shown.readme.values())
    assert len(readme.splitlines()) <= 150


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_sentences_are_short(name):
    lengths = [len(sentence.split()) for sentence in sentences(TEXTS[name])]
    assert len(lengths) > 20
    assert sum(lengths) / len(lengths) <= 20
    assert max(lengths) <= 40


def test_every_command_of_the_makefile_is_in_the_reference():
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    page = TEXTS["docs/reference/commands.md"]
    assert [target for target in targets.split() if f"`make {target}" not in page] == []


def test_every_module_that_is_a_command_is_in_the_reference():
    page = TEXTS["docs/reference/api.md"]
    # These two are behind `make schema`.
    behind = {"mlplab.config.reference", "mlplab.reporting.tables_page"}
    commands = set()
    for path in (ROOT / "src").rglob("*.py"):
        if "run_command(" in path.read_text(encoding="utf-8") and path.name != "console.py":
            parts = path.relative_to(ROOT / "src").with_suffix("").parts
            commands.add(".".join(part for part in parts if part != "__main__"))
    assert commands
    assert [name for name in commands - behind if f"python -m {name} " not in page] == []


def test_every_key_and_every_table_has_a_place():
    keys = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    configuration = (DOCS / "generated" / "configuration.md").read_text()
    assert [key for key in keys if f"`{key}`](#" not in configuration] == []
    tables = (DOCS / "generated" / "tables.md").read_text()
    assert [table.name for table in find_tables() if f"## `{table.name}.csv`" not in tables] == []


def test_every_page_is_in_a_table_of_contents():
    contents = {PAGES[name].parent / entry for name, entry in list_entries()}
    pages = {path.with_suffix("") for path in PAGES.values() if path.is_relative_to(DOCS)}
    assert pages - {path.resolve() for path in contents} == {DOCS / "index"}


def list_entries():
    for name, text in TEXTS.items():
        for block in re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL):
            for line in block.splitlines():
                if line and not line.startswith(":"):
                    yield name, re.sub(r".*<(.+)>", r"\1", line)


@pytest.mark.parametrize("name", WRITTEN)
def test_words_are_those_of_the_glossary(name):
    # The title of an article is the article's.
    text = prose(TEXTS[name]).replace("cluster detection in feature space", "")
    found = {
        match[0]: f"write: {better}"
        for word, better in FORBIDDEN.items()
        for match in re.finditer(rf"\b(?:{word})\b", text, re.IGNORECASE)
    }
    assert found == {}


def test_spelling():
    """By codespell, in all that people read."""
    pytest.importorskip("codespell_lib", reason="`make docs` installs it")
    kept = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "src", "config"]
    kept += ["workflow", "results/README.md", ".github"]
    skip = "*.json,*.csv,*.png,*.svg,docs/_build,docs/auto_gallery,docs/reference/api"
    command = [sys.executable, "-m", "codespell_lib", "--skip", skip, *kept]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == ""
    assert done.returncode == 0


def test_style(tmp_path):
    """By proselint, in paragraphs without their code."""
    pytest.importorskip("proselint", reason="`make docs` installs it")
    config = tmp_path / "proselint.json"
    # Straight quotes and dots are typed, and a typographer's on the site.
    config.write_text(json.dumps({"checks": {"typography": False}}))
    for name in WRITTEN:
        path = tmp_path / name.replace("/", "-")
        lines = [line for line in paragraphs(TEXTS[name]) if line != "CODE"]
        path.write_text("\n\n".join(lines), encoding="utf-8")
    command = [Path(sys.executable).with_name("proselint"), "check", "--config", str(config)]
    files = sorted(map(str, tmp_path.glob("*.md")))
    done = subprocess.run([*command, *files], capture_output=True, text=True)
    assert done.stdout == ""
