"""Servers that mean harm or break off: only the right files are left in the end."""

import gzip
import logging
import threading
import time
import tracemalloc
from contextlib import suppress

import pytest
import requests

from mlplab.data import DataError
from mlplab.data.bounded_transfer import refuse_open_redirect
from mlplab.data.errors import FileUnavailableError
from tests.unit.data.helpers import (
    CONTENT,
    assert_complete,
    content_of,
    fetch,
    good,
    send,
    spec_of,
)


def drip(handler, text, pause=0.05):
    """Send bytes one by one, each in time for the limit of the connection."""
    with suppress(ConnectionError):
        for byte in text:
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)


def drip_content(handler):
    handler.send_response(200)
    handler.end_headers()
    drip(handler, bytes(400))


def drip_headers(handler):
    drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400)


def redirect_slowly(handler):
    time.sleep(0.15)
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.mark.parametrize("answer", [drip_content, drip_headers, redirect_slowly])
def test_a_slow_drip_is_given_up_although_every_byte_is_in_time(serve, tmp_path, answer):
    start = time.monotonic()
    with pytest.raises(DataError, match=r"only \d+ bytes in"):
        fetch(spec_of(serve(answer).url), tmp_path, attempts=1, timeout=0.3)
    assert time.monotonic() - start < 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [500, 502, 429])
def test_a_server_that_fails_once_delivers_in_the_end(serve, tmp_path, caplog, status):
    def first_fails(handler):
        if handler.server.requests[handler.path] == 1:
            send(handler, status, b"<html>try later</html>")
        else:
            good(handler)

    server = serve(first_fails)
    fetch(spec_of(server.url), tmp_path)
    assert_complete(tmp_path)
    assert caplog.text.count(f"HTTP status {status}; try 2 of 3") == len(CONTENT)


def test_a_transfer_that_breaks_off_is_begun_anew(serve, tmp_path, caplog):
    def first_cut(handler):
        body = gzip.compress(content_of(handler))
        if handler.server.requests[handler.path] == 1:
            send(handler, 200, body[: len(body) // 2], length=len(body))
            handler.connection.close()
        else:
            assert "Range" not in handler.headers
            send(handler, 200, body)

    fetch(spec_of(serve(first_cut).url), tmp_path)
    assert_complete(tmp_path)
    assert caplog.text.count("try 2 of 3") == len(CONTENT)


def test_a_redirect_to_an_unencrypted_address_is_not_followed(serve, tmp_path):
    def redirect(handler):
        handler.send_response(302)
        handler.send_header("Location", f"http://mirror.invalid{handler.path}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    bad = serve(redirect)
    with pytest.raises(DataError, match=r"redirected to http://mirror.invalid/.*only https"):
        fetch(spec_of(bad.url), tmp_path / "lost")
    assert sum(bad.requests.values()) == 1


@pytest.mark.parametrize(
    ("origin", "target", "allowed"),
    [
        ("https://a.org/x", "https://b.org/x", True),
        ("https://a.org/x", "/y", True),
        ("https://a.org/x", "http://a.org/x", False),
        ("https://a.org/x", "http://127.0.0.1/x", False),
        ("https://a.org/x", "file:///etc/passwd", False),
        ("http://127.0.0.1/x", "http://localhost/y", True),
        ("http://127.0.0.1/x", "http://192.168.0.1/y", False),
    ],
)
def test_redirects_lead_to_encrypted_addresses_alone(origin, target, allowed):
    response = requests.Response()
    response.url, response.status_code = origin, 302
    response.headers["location"] = target
    if allowed:
        refuse_open_redirect(response)
    else:
        with pytest.raises(FileUnavailableError, match="only https is allowed"):
            refuse_open_redirect(response)


@pytest.mark.parametrize("encoded", [False, True], ids=["a packed file", "a packed transfer"])
def test_a_gzip_bomb_is_stopped_at_the_expected_size(serve, tmp_path, encoded):
    packed = gzip.compress(bytes(200_000_000), compresslevel=9)

    def bomb(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(packed)))
        if encoded:
            handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        with suppress(ConnectionError):
            handler.wfile.write(packed)

    server = serve(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"more than the \d+ bytes expected"):
            fetch(spec_of(server.url), tmp_path, attempts=1, timeout=5)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert list(tmp_path.iterdir()) == []


def test_a_path_in_the_name_that_a_server_gives_is_ignored(serve, tmp_path):
    def named(handler):
        if handler.path.startswith("/elsewhere/"):
            name = handler.path.rpartition("/")[2].removesuffix(".gz")
            handler.send_response(200)
            handler.send_header("Content-Disposition", 'attachment; filename="../../outside"')
            handler.end_headers()
            handler.wfile.write(gzip.compress(CONTENT[name]))
        else:
            handler.send_response(302)
            handler.send_header("Location", f"/elsewhere/..%2f..%2foutside/{handler.path[1:]}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    folder = tmp_path / "deep" / "there"
    fetch(spec_of(serve(named).url), folder)
    assert_complete(folder)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()].count("outside") == 0
    assert {path.name for path in tmp_path.iterdir()} == {"deep"}


def test_a_poisoned_file_has_the_name_at_no_time(serve, tmp_path):
    """Neither while it arrives, nor afterwards, nor if it was there before."""
    (tmp_path / "train_images").write_bytes(CONTENT["train_images"][::-1])
    seen = []

    def poisoned(handler):
        body = gzip.compress(content_of(handler)[::-1])
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:-1])
        handler.wfile.flush()
        threading.Event().wait(0.2)
        seen.append((tmp_path / "train_images").exists())
        handler.wfile.write(body[-1:])

    with pytest.raises(DataError, match="other content"):
        fetch(spec_of(serve(poisoned).url), tmp_path)
    assert seen == [False, False]
    assert list(tmp_path.iterdir()) == []


def test_a_right_file_stays_when_all_sources_fail(serve, tmp_path, caplog):
    (tmp_path / "train_images").write_bytes(CONTENT["train_images"])
    with caplog.at_level(logging.WARNING), pytest.raises(DataError, match="HTTP status 404"):
        fetch(spec_of(serve(lambda handler: send(handler, 404)).url), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["train_images"]
