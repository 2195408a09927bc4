"""Downloads against real servers on the loopback address, and what they do wrong."""

import errno
import gzip
import logging
import os
import random
import threading
import time
from contextlib import suppress

import pytest
import requests

from mlplab.data import DataError, sources
from tests.unit.data.helpers import (
    CONTENT,
    assert_complete,
    content_of,
    fetch,
    good,
    send,
    spec_of,
)


def test_files_arrive_unpacked_and_verified(serve, tmp_path):
    fetch(spec_of(serve(good).url), tmp_path)
    assert_complete(tmp_path)


def test_what_is_there_and_right_is_not_fetched_again(serve, tmp_path):
    server = serve(good)
    fetch(spec_of(server.url), tmp_path)
    before = sum(server.requests.values())
    fetch(spec_of(server.url), tmp_path)
    assert sum(server.requests.values()) == before


def test_a_damaged_file_is_replaced(serve, tmp_path):
    (tmp_path / "test_labels").write_bytes(b"damaged")
    fetch(spec_of(serve(good).url), tmp_path)
    assert_complete(tmp_path)


def test_a_file_that_is_not_packed_is_taken_too(serve, tmp_path):
    def only_raw(handler):
        if handler.path.endswith(".gz"):
            send(handler, 404)
        else:
            send(handler, 200, content_of(handler))

    fetch(spec_of(serve(only_raw).url), tmp_path)
    assert_complete(tmp_path)


def bad_status(handler):
    send(handler, 404)


def wrong_content(handler):
    send(handler, 200, gzip.compress(content_of(handler)[::-1]))


def html(handler):
    send(handler, 200, b"<html>please log in</html>")


def cut(handler):
    body = gzip.compress(content_of(handler))
    send(handler, 200, body[: len(body) // 2], length=len(body))
    handler.connection.close()


def torn(handler):
    send(handler, 200, gzip.compress(content_of(handler))[:-9])


def hang_up(handler):
    handler.close_connection = True


def bomb(handler):
    send(handler, 200, gzip.compress(bytes(500_000)))


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    with suppress(ConnectionError):
        while True:
            handler.wfile.write(random.randbytes(2**16))


def endless_redirect(handler):
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def silent(handler):
    threading.Event().wait(1.5)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (bad_status, "HTTP status 404"),
        (wrong_content, "other content"),
        (html, "expected"),
        (cut, "IncompleteRead"),
        (torn, "is damaged"),
        (hang_up, "connection lost"),
        (bomb, "unpacks to more than"),
        (endless, "more than the .* bytes expected"),
        (endless_redirect, "redirected in a circle"),
        (silent, "Read timed out"),
    ],
)
def test_the_next_source_is_tried_and_all_faults_are_told(serve, tmp_path, answer, fault):
    bad = serve(answer)
    fetch(spec_of(bad.url, serve(good).url), tmp_path / "rescued", attempts=1)
    assert_complete(tmp_path / "rescued")
    with pytest.raises(DataError, match=fault) as caught:
        fetch(spec_of(bad.url), tmp_path / "lost", attempts=1)
    assert bad.url in str(caught.value)
    assert "data_dir" in str(caught.value)
    assert "MLPLAB_DATA_DIR" in str(caught.value)
    assert list((tmp_path / "lost").iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "requests"),
    [(bad_status, 2), (wrong_content, 2), (html, 3), (cut, 3), (endless_redirect, 31)],
    ids=["404: the raw name next", "wrong hash: once more", "html", "cut", "redirects: once"],
)
def test_only_faults_that_may_pass_are_tried_again(serve, tmp_path, answer, requests):
    bad = serve(answer)
    with pytest.raises(DataError):
        fetch(spec_of(bad.url), tmp_path / "lost")
    assert sum(bad.requests.values()) == requests


def test_pauses_between_tries_grow(serve, tmp_path, caplog):
    with pytest.raises(DataError, match="HTTP status 500"):
        fetch(spec_of(serve(lambda handler: send(handler, 500)).url), tmp_path, first_pause=0.1)
    assert "try 2 of 3 in 0.1 s" in caplog.text
    assert "try 3 of 3 in 0.2 s" in caplog.text


def test_a_trickle_is_given_up(serve, tmp_path):
    def trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        with suppress(ConnectionError):
            for _ in range(60):
                handler.wfile.write(bytes(100))
                time.sleep(0.1)

    start = time.monotonic()
    with pytest.raises(DataError, match=r"only \d+ bytes in"):
        fetch(spec_of(serve(trickle).url), tmp_path, attempts=1, timeout=0.2)
    assert time.monotonic() - start < 2.5


def test_a_silent_server_is_waited_for_once(serve, tmp_path):
    slow, fast = serve(silent), serve(good)
    fetch(spec_of(slow.url, fast.url), tmp_path, attempts=1)
    assert_complete(tmp_path)
    assert sum(slow.requests.values()) == 1


def test_a_fault_that_passes_is_survived(serve, tmp_path, caplog):
    def first_busy(handler):
        if handler.server.requests[handler.path] == 1:
            send(handler, 503)
        else:
            good(handler)

    with caplog.at_level(logging.WARNING):
        fetch(spec_of(serve(first_busy).url), tmp_path)
    assert_complete(tmp_path)
    assert "HTTP status 503; try 2 of 3" in caplog.text


def test_an_unreachable_source_is_asked_once(serve, tmp_path, caplog):
    closed = serve(good)
    closed.shutdown()
    closed.server_close()
    with caplog.at_level(logging.WARNING):
        fetch(spec_of(closed.url, serve(good).url), tmp_path)
    assert_complete(tmp_path)
    assert caplog.text.count("no connection") == 1


def test_a_host_without_address_is_given_up_in_seconds(serve, tmp_path):
    start = time.monotonic()
    fetch(spec_of("https://no-such-host.invalid/", serve(good).url), tmp_path)
    assert time.monotonic() - start < 10
    assert_complete(tmp_path)


@pytest.mark.parametrize("packed", [True, False])
def test_a_local_folder_comes_first(serve, tmp_path, packed):
    local, server = tmp_path / "local", serve(good)
    local.mkdir()
    for name, data in CONTENT.items():
        if packed:
            (local / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (local / name).write_bytes(data)
    fetch(spec_of(server.url), tmp_path / "there", local_folder=local)
    assert_complete(tmp_path / "there")
    assert not server.requests


def test_an_altered_local_file_is_read_once_and_the_next_source_tried(serve, tmp_path, caplog):
    local = tmp_path / "local"
    local.mkdir()
    for name, data in CONTENT.items():
        (local / name).write_bytes(data[::-1])
    fetch(spec_of(serve(good).url), tmp_path / "there", local_folder=local)
    assert_complete(tmp_path / "there")
    assert caplog.text.count("other content") == len(CONTENT)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "lacks train_images; found test_images, test_labels, train_labels; allowed: train_"),
        (b"short", "train_images has 5 bytes, expected 950"),
    ],
)
def test_what_a_local_folder_lacks_comes_from_the_next_source(
    serve, tmp_path, caplog, content, fault
):
    local = tmp_path / "local"
    local.mkdir()
    for name, data in CONTENT.items():
        (local / name).write_bytes(data)
    (local / "train_images").unlink()
    if content:
        (local / "train_images").write_bytes(content)
    server = serve(good)
    fetch(spec_of(server.url), tmp_path / "there", local_folder=local)
    assert_complete(tmp_path / "there")
    assert list(server.requests) == ["/train_images.gz"]
    # A folder is asked once: it would give the same again.
    assert caplog.text.count(fault) == 1


def test_a_local_file_that_the_disk_does_not_give_is_told(serve, tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    local = tmp_path / "local"
    local.mkdir()
    (local / "train_images").write_bytes(CONTENT["train_images"])
    monkeypatch.setattr(sources, "open_unpacked", fail)
    with pytest.raises(DataError, match=r"folder .*local: train_images: .*Input/output error"):
        fetch(spec_of(), tmp_path / "there", local_folder=local)


def test_a_host_that_does_not_connect_in_time_is_asked_once(serve, tmp_path, monkeypatch, caplog):
    def fail(*_, **__):
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fail)
    with pytest.raises(DataError, match=r"127\.0\.0\.1.*train_images\.gz: no connection in time"):
        fetch(spec_of(serve(good).url), tmp_path)
    assert "try 2" not in caplog.text


def test_without_any_source_the_files_that_are_there_will_do(tmp_path):
    spec = spec_of()
    for name, data in CONTENT.items():
        (tmp_path / name).write_bytes(data)
    fetch(spec, tmp_path)
    assert_complete(tmp_path)
    (tmp_path / "test_labels").write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"test_labels is not available. Tried:\n  - no source is"):
        fetch(spec, tmp_path)


def test_fetched_files_have_the_usual_permissions(serve, tmp_path):
    fetch(spec_of(serve(good).url), tmp_path / "there")
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    modes = {path.stat().st_mode for path in (tmp_path / "there").iterdir()}
    assert modes == {ordinary.stat().st_mode}


def test_nothing_but_the_log_tells_of_it_without_a_terminal(serve, tmp_path, capfd):
    fetch(spec_of(serve(good).url), tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_is_named(serve, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(DataError, match="file: the files cannot be written"):
        fetch(spec_of(serve(good).url), in_the_way)


def test_at_least_one_attempt_is_asked_for(tmp_path):
    with pytest.raises(ValueError, match="attempts is 0"):
        fetch(spec_of(), tmp_path, attempts=0)


def test_the_environment_names_the_local_folder(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MLPLAB_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        fetch(spec_of(), tmp_path / "there")
