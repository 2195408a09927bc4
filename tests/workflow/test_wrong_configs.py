"""Wrong configurations given to the command line: one message, at once, and no job."""

import resource
import shutil

import pytest

from tests.conftest import ROOT
from tests.workflow.running import jobs, snakemake

MESSAGE = "the configuration has {} fault(s):"

# What is laid over the default by a file and by --config; the lines of the message.
REFUSED = {
    "a name with a slash": (
        "run: my/run\n",
        (),
        ["run: found 'my/run'; allowed: up to 100 letters, digits, '-' and '_'"],
    ),
    "several faults at once": (
        "train: {epochs: yes, batch_size: 500}\nladder: {batch_size: 70000}\n",
        (),
        [
            "train.epochs: found true; allowed: a whole number",
            "train.batch_size: found 500; allowed: no such key; did you mean batch_sizes?",
            "ladder.batch_size: found 70000; allowed: at most the 60000 training images",
        ],
    ),
    "K above the number of images": (
        "cluster: {k_values: [40, 70, 90, 60000]}\n",
        (),
        ["cluster.k_values: found 60000; allowed: fewer than the 60000 images that are clustered"],
    ),
    "an unknown data set": (
        "dataset: mnsit\n",
        (),
        [
            "dataset: found 'mnsit'; allowed: the path of an .npz file, four IDX files, or one of "
            "['fashion_mnist', 'mnist']; did you mean mnist?"
        ],
    ),
    "a date": ("run: 2020-05-16\n", (), ["run: found datetime.date(2020, 5, 16); allowed: a text"]),
    "a section that is emptied": (
        "train:\n",
        (),
        ["train: found null; allowed: a section with keys of its own"],
    ),
    "a key twice": (
        "train: {epochs: 3}\nrun: x\ntrain: {n_threads: 2}\n",
        (),
        ["my.yaml, line 3: train: found again after line 1; allowed: each key once"],
    ),
    "an experiment that is not there": (
        "comparison: {l2_rule: lambda_rul}\n",
        (),
        ["comparison.l2_rule: found 'lambda_rul'; allowed: a name in experiments, "],
    ),
    "an experiment that is removed and named": (
        "experiments: {distance_scalings: null}\n",
        (),
        ["experiments.distance_scalings: found null, which removes it; comparison.scalings names"],
    ),
    "an experiment that is removed and was never there": (
        "experiments: {distance_scaling: null}\n",
        (),
        ["experiments.distance_scaling: found null, which removes an entry; allowed: an entry, or"],
    ),
    "the same on the command line": (
        "",
        ("experiments={distance_scalings: null, distance_scaling: null}",),
        [
            "experiments.distance_scalings: found null, which removes it; comparison.scalings",
            "experiments.distance_scaling: found null, which removes an entry; allowed: an entry",
        ],
    ),
    "a list for a number on the command line": (
        "",
        ("train={epochs: [3]}",),
        ["train.epochs: found ['3']; allowed: a whole number"],
    ),
    "a number for a list on the command line": (
        "",
        ("seeds=0",),
        ["seeds: found 0; allowed: a list"],
    ),
    "a section as a text on the command line": (
        "",
        ("train=35",),
        ["train: found 35; allowed: a section with keys of its own"],
    ),
    "an unknown key on the command line": (
        "",
        ("epochs=3", "data_dir="),
        ["epochs: found 3; allowed: no such key; there are run, dataset, data_dir, seeds,"],
    ),
}


@pytest.fixture(scope="module")
def folder(checkout, tmp_path_factory):
    """A checkout of this file's own, whose config.yaml it replaces."""
    copy = shutil.copytree(checkout, tmp_path_factory.mktemp("wrong configs") / "mlplab")
    # What other tests of this process have made in theirs.
    for results in (copy / "results").iterdir():
        if results.is_dir():
            shutil.rmtree(results)
    return copy


def refuse(folder, *arguments):
    """What is printed, after a look at how fast, and that no job was begun."""
    began = _processor_seconds()
    done = snakemake(folder, *arguments)
    # Other tests run beside this one, so the clock says little.
    assert _processor_seconds() - began < 3
    assert done.returncode == 1, done.stdout
    assert "Job stats" not in done.stdout + done.stderr
    assert [path.name for path in (folder / "results").iterdir()] == ["README.md"]
    return done.stdout + done.stderr


def _processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_configuration_ends_in_one_message(folder, name):
    text, config, lines = REFUSED[name]
    arguments = ["--config", *config] if config else ["--configfile", "my.yaml"]
    (folder / "my.yaml").write_text(text)
    said = refuse(folder, *arguments)
    message = said[said.index(MESSAGE.format(len(lines))) :].strip().split("\n")
    assert len(message) == 1 + len(lines)
    for line, expected in zip(message[1:], lines, strict=True):
        assert line.startswith(f"  - {expected}")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("text", "config", "removed", "without"),
    [
        (
            "{experiments: {article_c_other_clusters: null}}",
            (),
            ["article_c_other_clusters"],
            set(),
        ),
        (
            "{experiments: {distance_scalings: null}, comparison: {scalings: article_c_clusters}}",
            ("experiments={article_a: null}",),
            ["distance_scalings", "article_a"],
            {"fit_raw_clusters", "transform_raw_clusters"},
        ),
    ],
)
def test_without_a_removed_experiment_all_else_is_planned(folder, text, config, removed, without):
    (folder / "my.yaml").write_text(text)
    arguments = ["--dry-run", *(["--config", *config] if config else [])]
    everything = snakemake(folder, "--dry-run")
    rest = snakemake(folder, *arguments, "--configfile", "my.yaml")
    assert rest.returncode == 0, rest.stderr
    assert {*jobs(rest)} == {*jobs(everything)} - without
    for name in removed:
        assert f"/experiments/{name}/" in everything.stdout
        assert f"/experiments/{name}/" not in rest.stdout


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"train:\n\tepochs: 3\n", ", line 2, column 1: found '\\tepochs: 3'; tabs do not indent"),
        (b"run: [1\n", ", line 1, column 1: found 'run: [1'; expected ',' or ']'"),
        (b"\x80\x02}q\x00.", ": found bytes that are no text (at 0); allowed: keys, each"),
        (b"", ": found nothing; allowed: keys, each with its value, in YAML"),
        (b"- run: x\n", ": found a list at the top; allowed: keys, each with its value, in YAML"),
        (b"seeds: [" + b"9" * 5000 + b"]", ", line 1: seeds[0]: found '999"),
    ],
    ids=["tab", "bracket", "binary", "empty", "list", "5,000 digits"],
)
def test_a_default_file_that_is_no_yaml_is_told_with_its_line(folder, content, line):
    path = folder / "config" / "config.yaml"
    path.write_bytes(content)
    try:
        said = refuse(folder)
    finally:
        shutil.copy(ROOT / "config" / "config.yaml", path)
    assert f"{MESSAGE.format(1)}\n  - config/config.yaml{line}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("content", ["train:\n\tepochs: 3\n", "run: [1\n", "", "- run: x\n"])
def test_snakemake_refuses_a_file_laid_over_that_is_no_yaml(folder, content):
    # It reads such files before this workflow; `python -m mlplab.config` tells more.
    (folder / "my.yaml").write_text(content)
    said = refuse(folder, "--configfile", "my.yaml")
    assert "WorkflowError:\nConfig file" in said
    assert "Traceback" not in said
