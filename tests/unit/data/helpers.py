"""A small data set, its description, and answers of servers that hold it."""

import gzip
import hashlib

from mlplab.data import fetch_dataset
from mlplab.data.registry import DatasetSpec

CONTENT = {
    "train_images": b"images for training" * 50,
    "train_labels": b"labels for training",
    "test_images": b"images for testing" * 20,
    "test_labels": b"labels for testing",
}


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
    return DatasetSpec.model_validate(
        {"title": "Test", "image_shape": [1, 1], "files": files, "sources": listed}
    )


def fetch(spec, folder, **options):
    fetch_dataset(spec, folder, **{"first_pause": 0.01, "timeout": 1} | options)


def assert_complete(folder):
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
