import os

import pytest

from mlplab.config.__main__ import main
from mlplab.config.faults import ConfigError
from mlplab.config.files import MAX_BYTES, check_config_files
from tests.conftest import ROOT

KEYS = "allowed: keys, each with its value, in YAML"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            "train:\n\tepochs: 3\n",
            ", line 2, column 1: found '\\tepochs: 3'; tabs do not",
        ),
        ("run: a: b\n", ", line 1, column 7: found 'run: a: b'; mapping values are not allowed"),
        ("run: x\nseeds: [1\n", "; expected ',' or ']', but got '<stream end>'; " + KEYS),
        ("run: x\n train: 3\n", ", line 2, column 7: found ' train: 3'; mapping"),
        ("run: 'x\n", "; found unexpected end of stream; " + KEYS),
        ("run: x\nseeds: \x00\n", ", line 2: found a character that may not stand in YAML"),
        (
            "train: 1\nrun: x\ntrain: 2\n",
            ", line 3: train: found again after line 1; allowed",
        ),
        (
            "train:\n  numpy: {l2: 1, l2: 2}\n",
            ", line 2: train.numpy.l2: found again after line 2; allowed: each key once",
        ),
        ("run: 2020-13-45\n", ", line 1: run: found '2020-13-45'; allowed: a value, quoted if it"),
        ("seeds: [0, 2020-02-30]\n", ", line 1: seeds[1]: found '2020-02-30'; allowed: a value"),
        ("seeds: [" + "9" * 5000 + "]\n", ", line 1: seeds[0]: found '999"),
        (
            "run: !!python/object/apply:os.getcwd []\n",
            "python/object/apply:os.getcwd'; allowed",
        ),
        ("run: !secret x\n", ", line 1: run: found 'x'; allowed: a value"),
        ("train: &t {numpy: *t}\n", ", line 1: train.numpy: found an alias of what it stands in"),
        ("? [1, 2]\n: 3\n", ", line 1: the top: found a list as a key; allowed: a text"),
        ("2024-13-45: 1\n", ", line 1: the top: found '2024-13-45' as a key; allowed: a text"),
        ("train:\n  <<: 5\n", ", line 2, column 7: found '  <<: 5'; expected a mapping"),
        ('run: "x\ty": z\n', "; mapping values are not allowed"),
        ("__use_yte__: true\n", ", line 1: __use_yte__: found a template; allowed: plain values"),
        ('{"__use_yte__": true}', ": __use_yte__: found a template; allowed: plain values"),
        ('{"train": {"l2": 1, "l2": 2}}', ": l2: found again; allowed: each key once"),
        ("a: " + "[" * 3000 + "]" * 3000, ": found sections or lists that are nested too deep; "),
        ("", ": found nothing; " + KEYS),
        ("# all: commented out\n", ": found nothing; " + KEYS),
        ("just words\n", ": found a single value at the top; " + KEYS),
        ("- run: x\n", ": found a list at the top; " + KEYS),
        (b"\x80\x02}q\x00.", ": found bytes that are no text (at 0); " + KEYS + ", as UTF-8"),
        ("run: Straße\n".encode("latin-1"), ": found bytes that are no text (at 9); " + KEYS),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path, content, fault):
    path = tmp_path / "my.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as caught:
        check_config_files([path])
    head, line = str(caught.value).split("\n")
    assert head == "the configuration has 1 fault(s):"
    assert line.startswith(f"  - {path}")
    assert fault in line


def test_what_would_be_read_for_minutes_or_for_ever_is_refused_unread(tmp_path):
    large, pipe = tmp_path / "large.yaml", tmp_path / "pipe.yaml"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    os.mkfifo(pipe)
    with pytest.raises(ConfigError) as caught:
        check_config_files([large, pipe, tmp_path])
    assert str(caught.value).split("\n")[1:] == [
        f"  - {large}: found 1,000,001 bytes; allowed: at most 1,000,000",
        f"  - {pipe}: found a device or a pipe; {KEYS}, in a file",
        f"  - {tmp_path}: cannot be read (Is a directory); allowed: a file that exists",
    ]


def test_all_files_and_all_their_faults_are_told(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("run: 1\nrun: 2\nseeds: 2020-99-99\n")
    with pytest.raises(ConfigError) as caught:
        check_config_files([first, second])
    assert [line.split(": ")[0] for line in str(caught.value).split("\n")[1:]] == [
        f"  - {first}, line 2",
        f"  - {first}, line 3",
        f"  - {second}",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {l: 1}\nb: {<<: *x, l: 2}\nc: [*x, *x]\n",
        '{\n\t"train": {"epochs": 3}\n}',
        "run: x # Straße\n",
    ],
)
def test_aliases_merges_json_and_other_letters_are_fine(tmp_path, text):
    path = tmp_path / "my.yaml"
    path.write_text(text, encoding="utf-8")
    check_config_files([path])


def test_a_file_under_two_paths_is_told_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.yaml").touch()
    with pytest.raises(ConfigError, match="has 1 fault"):
        check_config_files(["my.yaml", tmp_path / "my.yaml"])


def test_the_command_checks_a_file_laid_over_the_default(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["config/quick.yaml"]) == 0
    assert capsys.readouterr().out == "The configuration is valid.\n"
    path = tmp_path / "my.yaml"
    path.write_text("train: {epochs: 0}\nladder: {batch_size: 70000}\n")
    assert main(["config/quick.yaml", str(path)]) == 1
    assert capsys.readouterr().err == (
        "the configuration has 2 fault(s):\n"
        "  - train.epochs: found 0; allowed: at least 1\n"
        "  - ladder.batch_size: found 70000; allowed: at most the 4000 training images\n"
    )
    path.write_text("train:\n\tepochs: 1\n")
    assert main([str(path)]) == 1
    assert f"{path}, line 2, column 1: found '\\tepochs: 1'; tabs" in capsys.readouterr().err
