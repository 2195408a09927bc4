"""Data of the user's own: what is read, and in which words the rest is refused."""

import io
import zipfile

import numpy as np
import pytest

from mlplab.data import DataError, encode_labels, load_files
from mlplab.data.own import IdxFiles, content_checksums, find_data
from mlplab.data.registry import ROLES, DataSize
from tests.unit.data.own import LABELS, make_arrays, write_idx, write_npz

ARRAYS = make_arrays()
SIZE = DataSize(60, 20, (12, 20))


def test_an_npz_is_read_as_it_was_written(tmp_path):
    path = write_npz(tmp_path / "mine.npz")
    found = find_data(str(path), {})
    assert (found.name, found.size, found.own_files) == ("mine", SIZE, (str(path),))
    dataset = load_files(found.own_files)
    assert dataset.image_shape == (12, 20)
    np.testing.assert_array_equal(dataset.x_train, ARRAYS["x_train"].reshape(60, 240))
    np.testing.assert_array_equal(dataset.x_test, ARRAYS["x_test"].reshape(20, 240))
    np.testing.assert_array_equal(dataset.y_train, ARRAYS["y_train"])


def test_four_idx_files_are_read_whatever_their_names(tmp_path):
    files = IdxFiles(**write_idx(tmp_path, ARRAYS))
    found = find_data(files, {})
    assert found.size == SIZE
    assert found.name == "own train_images.idx"
    dataset = load_files(found.own_files)
    np.testing.assert_array_equal(dataset.x_train, ARRAYS["x_train"].reshape(60, 240))
    assert dataset.y_test.tolist() == [n % 7 for n in range(20)]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_fractions_become_pixels_from_0_to_255(tmp_path, dtype):
    fractions = {key: ARRAYS[key].astype(dtype) / dtype(255) for key in ("x_train", "x_test")}
    dataset = load_files([write_npz(tmp_path / "mine.npz", **fractions)])
    assert dataset.x_train.dtype == np.float32
    atol = 0.1 if dtype is np.float16 else 1e-3
    np.testing.assert_allclose(dataset.x_train, ARRAYS["x_train"].reshape(60, 240), atol=atol)


@pytest.mark.parametrize("kind", ["npz", "idx"])
def test_checksums_are_those_of_the_content(tmp_path, kind):
    def checksums(name, arrays):
        folder = tmp_path / name
        folder.mkdir()
        if kind == "npz":
            return content_checksums([str(write_npz(folder / "mine.npz", arrays))])
        return content_checksums(list(write_idx(folder, arrays).values()))

    first = checksums("first", ARRAYS)
    assert checksums("again", ARRAYS) == first
    other = checksums("other", ARRAYS | {"x_test": ARRAYS["x_test"][:, ::-1]})
    assert [a == b for a, b in zip(first, other, strict=True)] == [True, True, False, True]


def test_labels_become_codes_in_their_order():
    train, test, classes = encode_labels(ARRAYS["y_train"], ARRAYS["y_test"])
    assert classes.tolist() == LABELS.tolist()
    assert train.dtype == test.dtype == np.uint8
    np.testing.assert_array_equal(classes[train], ARRAYS["y_train"])
    np.testing.assert_array_equal(classes[test], ARRAYS["y_test"])


def test_codes_of_more_classes_than_a_byte_holds_are_wider():
    train, _, classes = encode_labels(np.arange(1000) * 3, np.array([2997]))
    assert (train.max(), len(classes)) == (999, 1000)


IN_HEADERS = [
    ({"x_test": None}, r"mine.npz: found the arrays \['x_train', .*missing: x_test"),
    ({"x_train": ARRAYS["x_train"].astype(int)}, r"x_train: found pixels of type int64; allowed"),
    ({"x_train": ARRAYS["x_train"][..., None]}, r"x_train: 4 dimensions, expected 3 \(image, row"),
    ({"x_train": ARRAYS["x_train"].reshape(60, 240)}, r"x_train: 2 dimensions, expected 3"),
    ({"y_train": ARRAYS["y_train"][:, None]}, r"y_train: 2 dimensions, expected 1"),
    ({"y_train": ARRAYS["y_train"][:50]}, r"x_train has 60 images, .*y_train has 50 labels"),
    ({"y_test": ARRAYS["y_test"].astype(float)}, r"y_test: found labels of type float64; allowed"),
    ({"y_test": ARRAYS["y_test"].astype(str)}, r"y_test: found labels of type <U"),
    ({"x_test": ARRAYS["x_test"][:, :, :19]}, r"12 × 20 pixels, test images in .* 12 × 19"),
    ({"x_test": ARRAYS["x_test"][:0], "y_test": ARRAYS["y_test"][:0]}, r"\(0, 12, 20\), which is"),
    ({"y_train": ARRAYS["y_train"].astype(object)}, r"y_train: found Python objects, which are"),
]


@pytest.mark.parametrize(("changes", "fault"), IN_HEADERS)
def test_what_headers_show_is_refused_before_and_when_it_is_read(tmp_path, changes, fault):
    path = write_npz(tmp_path / "mine.npz", **changes)
    with pytest.raises(DataError, match=fault):
        find_data(str(path), {})
    with pytest.raises(DataError, match=fault):
        load_files([path])


def test_all_faults_of_the_headers_are_told_at_once(tmp_path):
    changes = {"x_train": ARRAYS["x_train"].astype(int), "y_test": ARRAYS["y_test"].astype(float)}
    with pytest.raises(DataError, match=r"x_train: found pixels .*; .*y_test: found labels"):
        find_data(str(write_npz(tmp_path / "mine.npz", **changes)), {})


def with_pixel(value):
    images = ARRAYS["x_test"] / 255
    images[3, 4, 5] = value
    return {"x_test": images}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (with_pixel(np.nan), "x_test: found 1 pixels that are NaN or infinite"),
        (with_pixel(np.inf), "x_test: found 1 pixels that are NaN or infinite"),
        (with_pixel(255.0), "x_test: found floating-point pixels from .* to 255; allowed: 0 to 1"),
        (with_pixel(-0.5), "x_test: found floating-point pixels from -0.5 to"),
        (
            {"y_test": np.where(ARRAYS["y_test"] == 2, 5, 40)},
            "test images have the labels 5, which",
        ),
        ({"y_train": np.full(60, 4), "y_test": np.full(20, 4)}, "all 60 training .* the label 4;"),
    ],
)
def test_what_only_the_content_shows_is_refused_when_it_is_read(tmp_path, changes, fault):
    path = write_npz(tmp_path / "mine.npz", **changes)
    assert find_data(str(path), {}).size == SIZE
    with pytest.raises(DataError, match=fault):
        load_files([path])


def test_a_class_that_the_first_images_lack_is_told():
    with pytest.raises(DataError, match=r"labels 40, which none of the 50 .*mix the images"):
        encode_labels(np.repeat([2, 3], 25), np.array([2, 40]))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "not a readable .npz file"),
        (b"<html>not found</html>", "not a readable .npz file"),
        (b"\x93NUMPY\x01\x00 a single array", "not a readable .npz file"),
    ],
)
def test_a_file_that_is_no_npz_is_named(tmp_path, content, fault):
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    for read in (lambda: find_data(str(path), {}), lambda: load_files([path])):
        with pytest.raises(DataError, match=fault) as caught:
            read()
        assert str(path) in str(caught.value)


def rewrite(path, key, change):
    """Change the bytes of one array of an .npz, whose checksums stay right."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, change(content) if name == f"{key}.npy" else content)


@pytest.mark.parametrize("change", [lambda array: array[:-7], lambda array: array + b"more"])
def test_an_array_of_another_length_than_its_header_says_is_named(tmp_path, change):
    path = write_npz(tmp_path / "mine.npz")
    rewrite(path, "x_test", change)
    found = len(change(bytes(4800)))
    fault = rf"x_test: the header promises 4800 bytes for shape \(20, 12, 20\), found {found};"
    with pytest.raises(DataError, match=fault):
        find_data(str(path), {})


def test_headers_of_later_versions_of_the_format_are_read_too(tmp_path):
    def in_version_2(_):
        file = io.BytesIO()
        np.lib.format.write_array(file, ARRAYS["x_test"], version=(2, 0))
        return file.getvalue()

    path = write_npz(tmp_path / "mine.npz")
    rewrite(path, "x_test", in_version_2)
    assert find_data(str(path), {}).size == SIZE
    np.testing.assert_array_equal(load_files([path]).x_test, ARRAYS["x_test"].reshape(20, 240))


def test_an_npz_with_a_password_cannot_be_unpacked(tmp_path):
    path = write_npz(tmp_path / "mine.npz")
    content = bytearray(path.read_bytes())
    # Bit 0 of the flags says that an entry is encrypted, in its own header and in the directory.
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 1)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"mine.npz: cannot be unpacked \(.*encrypted"):
        find_data(str(path), {})


def test_the_first_images_of_both_parts_are_taken(tmp_path):
    dataset = load_files([write_npz(tmp_path / "mine.npz")])
    few = dataset.first(7, 3)
    np.testing.assert_array_equal(few.x_train, dataset.x_train[:7])
    np.testing.assert_array_equal(few.y_test, dataset.y_test[:3])
    assert (len(few.y_train), len(few.x_test), few.image_shape) == (7, 3, (12, 20))
    every = dataset.first(None, None)
    assert (len(every.x_train), len(every.y_test)) == (60, 20)


def test_a_damaged_npz_is_named(tmp_path):
    path = write_npz(tmp_path / "mine.npz")
    content = bytearray(path.read_bytes())
    content[2000:2100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"mine\.npz"):
        load_files([path])


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere.npz: cannot be read \(No such file"):
        find_data(str(tmp_path / "nowhere.npz"), {})
    paths = write_idx(tmp_path, ARRAYS) | {"test_labels": str(tmp_path / "nowhere")}
    with pytest.raises(DataError, match=r"nowhere: cannot be read"):
        find_data(IdxFiles(**paths), {})


@pytest.mark.parametrize(
    ("paths", "fault"),
    [
        ("my.npz", r"my.npz: found a path; allowed: a list of paths, \['my.npz'\]"),
        ([], "found 0 paths; allowed: one .npz file, or four IDX files: train_images, train_"),
        (["a", "b"], "found 2 paths; allowed: one .npz file, or four IDX files"),
    ],
)
def test_paths_that_are_not_one_or_four_are_refused(paths, fault):
    with pytest.raises(DataError, match=fault):
        load_files(paths)


def test_a_pickle_in_an_npz_is_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    trap = np.empty(60, object)
    trap[:] = [Trap() for _ in trap]
    path = write_npz(tmp_path / "mine.npz", y_train=trap)
    with pytest.raises(DataError, match="Python objects"):
        load_files([path])
    assert not (tmp_path / "sprung").exists()


def test_a_file_of_an_unknown_users_home_is_refused_in_words():
    with pytest.raises(DataError, match=r"~nobody-of-this-name/mine\.npz"):
        find_data("~nobody-of-this-name/mine.npz", {})
    paths = dict.fromkeys(ROLES, "~nobody-of-this-name/mine.idx")
    with pytest.raises(DataError, match=r"~nobody-of-this-name/mine\.idx"):
        find_data(IdxFiles(**paths), {})
