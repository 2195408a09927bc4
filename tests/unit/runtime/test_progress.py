import logging
import os
import pty
import sys
import termios

import pytest

from mlplab.runtime.progress import Progress, draw_bars_on


def work(steps=4):
    with Progress(steps, "epoch") as progress:
        for _ in range(steps):
            progress.advance({"train_accuracy": 0.5})


def test_ten_lines_tell_the_epoch_the_accuracies_and_the_time_left(caplog):
    with caplog.at_level(logging.INFO, "mlplab"), Progress(600, "epoch") as progress:
        for _ in range(600):
            progress.advance({"train_accuracy": 0.5, "val_accuracy": float("nan"), "loss": 2.0})
    assert len(caplog.messages) == 10
    assert caplog.messages[0].startswith("epoch 60 of 600: train accuracy 0.5000, ")
    assert caplog.messages[-1].endswith("0 s left")
    assert "loss" not in caplog.text
    assert "nan" not in caplog.text


@pytest.fixture
def terminal():
    """A terminal: the stream that writes to it, and a function that reads what it shows."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    stream = os.fdopen(slave, "w")

    def read():
        stream.write("|end")
        stream.flush()
        shown = b""
        while not shown.endswith(b"|end"):
            shown += os.read(master, 4096)
        return shown.decode()[: -len("|end")]

    yield stream, read
    stream.close()
    os.close(master)


def test_on_a_terminal_there_is_a_bar_that_goes_away(terminal):
    stream, read = terminal
    with draw_bars_on(stream):
        work()
    shown = read()
    assert "| 0/4 [" in shown
    assert not shown.split("\r")[-1].strip()


def test_a_terminal_has_one_bar_at_a_time(terminal):
    stream, read = terminal
    with draw_bars_on(stream), Progress(7, "round"):
        work()
    shown = read()
    assert "/7 [" in shown
    assert "/4 [" not in shown


def test_a_job_beside_others_draws_no_bar(terminal, monkeypatch):
    stream, read = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with draw_bars_on(None):
        work()
    assert read() == ""


def test_a_stream_that_is_closed_holds_no_bar(terminal):
    stream, read = terminal
    closed = os.fdopen(os.dup(stream.fileno()), "w")
    closed.close()
    with draw_bars_on(closed):
        work()
    assert read() == ""


def test_files_and_pipes_hold_no_bar(tmp_path, capsys):
    with (tmp_path / "file").open("w") as file, draw_bars_on(file):
        work()
    work()
    assert (tmp_path / "file").read_text() == capsys.readouterr().err == ""
