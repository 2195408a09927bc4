import gzip
import hashlib
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlplab.data import DataError, load_dataset, load_files, load_idx
from mlplab.data.folder import find_file, verify_file
from mlplab.data.idx import open_unpacked
from mlplab.data.registry import ROLES
from tests.unit.data.helpers import spec_of
from tests.unit.data.own import make_arrays, write_idx


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@given(
    array=hnp.arrays(np.uint8, hnp.array_shapes(max_dims=4, min_side=0, max_side=6)),
    packed=st.booleans(),
)
def test_what_is_written_is_read(tmp_path_factory, array, packed):
    path = tmp_path_factory.mktemp("idx") / "file"
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if packed else content)
    np.testing.assert_array_equal(load_idx(path), array)


GOOD = idx_bytes(np.arange(24).reshape(2, 3, 4))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (b"<html>not found</html>", "not an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01abcd", "element type 0x0d"),
        (GOOD[:9], "header ends early"),
        (b"\0\0\x08\0x", "0 dimensions"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"x", "255 dimensions"),
        (b"\0\0\x08\3" + b"\xff" * 12 + b"x", "found 1"),
        (gzip.compress(b"\0\0\x08\2" + b"\xff" * 8 + b"x", mtime=0), "found 1"),
        (b"\0\0\x08\4" + b"\0" * 4 + b"\xff" * 12, "impossible shape"),
        (GOOD[:-1], "found 23"),
        (GOOD + b"x", "found more"),
        (gzip.compress(GOOD, mtime=0)[:-9], "damaged gzip"),
        (gzip.compress(GOOD, mtime=0)[:-8] + b"checksum", "damaged gzip"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(tmp_path, content, fault):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError, match=fault) as caught:
        load_idx(path)
    assert str(path) in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(100_000_000), compresslevel=1))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="found more"):
            load_idx(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="missing-file"):
        load_idx(tmp_path / "missing-file")


def write_dataset(folder, **changes):
    arrays = {
        "train-images-idx3-ubyte": np.zeros((5, 3, 4)),
        "train-labels-idx1-ubyte": np.arange(5),
        "t10k-images-idx3-ubyte": np.zeros((2, 3, 4)),
        "t10k-labels-idx1-ubyte": np.arange(2),
    } | changes
    for name, array in arrays.items():
        (folder / name).write_bytes(idx_bytes(array))


def test_images_of_any_size_are_flattened(tmp_path):
    write_dataset(tmp_path)
    dataset = load_dataset(tmp_path)
    assert dataset.x_train.shape == (5, 12)
    assert dataset.x_test.shape == (2, 12)
    assert dataset.image_shape == (3, 4)


def test_an_absent_file_is_named(tmp_path):
    write_dataset(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="lacks t10k-labels-idx1-ubyte; found t10k-images"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"train-labels-idx1-ubyte": np.arange(4)}, "5 images.*4 labels"),
        ({"t10k-images-idx3-ubyte": np.zeros((2, 4, 4))}, "test images"),
        (
            {"t10k-images-idx3-ubyte": np.zeros((0, 3, 4)), "t10k-labels-idx1-ubyte": np.zeros(0)},
            "t10k-images.*empty",
        ),
        ({"train-images-idx3-ubyte": np.zeros((5, 12))}, "2 dimensions, expected 3"),
        ({"t10k-labels-idx1-ubyte": np.zeros((2, 1))}, "2 dimensions, expected 1"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path, changes, fault):
    write_dataset(tmp_path, **changes)
    with pytest.raises(DataError, match=fault):
        load_dataset(tmp_path)


def test_the_real_files_have_the_published_hashes_and_sizes(mnist):
    assert mnist.x_train.shape == (60_000, 784)
    assert mnist.x_test.shape == (10_000, 784)
    assert np.bincount(mnist.y_train).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip


def test_an_altered_file_is_refused_when_loaded(tmp_path, mnist_folder, mnist_spec):
    for path in mnist_folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    labels = tmp_path / "t10k-labels-idx1-ubyte"
    path = find_file(tmp_path, labels.name)
    content = bytearray(load_idx(path).tobytes())
    path.unlink()
    content[77] ^= 1
    labels.write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, len(content)) + content)
    with pytest.raises(DataError, match="SHA-256"):
        load_dataset(tmp_path, mnist_spec)


@pytest.mark.parametrize(("size", "told"), [(949, "949 bytes"), (960, "more than 950 bytes")])
def test_a_file_of_another_size_is_refused(tmp_path, size, told):
    (tmp_path / "train_images").write_bytes(bytes(size))
    with pytest.raises(DataError, match=f"train_images: {told} unpacked, expected 950; delete"):
        verify_file(tmp_path / "train_images", spec_of().files["train_images"])


def test_images_of_another_shape_than_the_table_says_are_refused(tmp_path):
    paths = list(write_idx(tmp_path, make_arrays()).values())
    files = {}
    for role, path in zip(ROLES, paths, strict=True):
        with open_unpacked(Path(path)) as file:
            content = file.read()
        digest = hashlib.sha256(content).hexdigest()
        files[role] = {"name": role, "bytes": len(content), "sha256": digest}
    spec = {"title": "Test", "image_shape": [12, 20], "files": files, "sources": []}
    assert load_files(paths, spec).image_shape == (12, 20)
    with pytest.raises(DataError, match=r"images of \(12, 20\) pixels; .* data set is \(20, 12\)"):
        load_files(paths, spec | {"image_shape": [20, 12]})


def test_a_damaged_gzip_file_is_named_when_its_hash_is_checked(tmp_path, mnist_spec):
    for spec in mnist_spec.files.values():
        packed = bytearray(gzip.compress(np.random.default_rng(0).bytes(5000)))
        packed[100:140] = b"\xff" * 40
        (tmp_path / f"{spec.name}.gz").write_bytes(packed)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz"):
        load_dataset(tmp_path, mnist_spec)
