"""Files of a data set are found in a folder under the names that other copies of them have."""

import gzip
import os

import pytest

from mlplab.data import DataError, load_dataset
from mlplab.data.folder import describe_folder, find_content, find_file
from tests.unit.data.helpers import CONTENT, assert_complete, fetch, spec_of
from tests.unit.data.own import make_arrays, write_idx, write_npz

NAME = "train-images-idx3-ubyte"


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        f"{NAME}.gz",
        "train-images.idx3-ubyte",
        "TRAIN-IMAGES-IDX3-UBYTE.GZ",
        "train_images_idx3_ubyte",
        f"raw/{NAME}",
        "MNIST/train-images.idx3-ubyte",
    ],
)
def test_a_file_is_found_under_names_that_are_alike(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    (tmp_path / "train-labels-idx1-ubyte").touch()
    assert find_file(tmp_path, NAME) == path


@pytest.mark.parametrize(
    "name", ["train-images", f".{NAME}", f"{NAME}.provenance.json", f"a/b/{NAME}"]
)
def test_other_names_hidden_files_and_deeper_folders_are_not_taken(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert find_file(tmp_path, NAME) is None


def test_the_exact_name_comes_before_one_that_is_alike(tmp_path):
    for name in ("TRAIN-IMAGES-IDX3-UBYTE", f"{NAME}.gz"):
        (tmp_path / name).touch()
    assert find_file(tmp_path, NAME) == tmp_path / f"{NAME}.gz"


def test_what_cannot_be_read_beside_a_file_does_not_hide_it(tmp_path, monkeypatch):
    spec = spec_of().files["train_images"]
    (tmp_path / "a").write_bytes(b"\x1f\x8b")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "photos").write_bytes(CONTENT["train_images"])
    scan = os.scandir

    def refuse(path):
        if path == tmp_path / "lost+found":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert find_content(tmp_path, spec) == tmp_path / "photos"
    assert find_file(tmp_path, "PHOTOS") == tmp_path / "photos"
    assert describe_folder(tmp_path, [NAME]).startswith("found a, photos; ")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_of_any_name_is_found_by_its_content(tmp_path, pack):
    spec = spec_of().files["train_images"]
    (tmp_path / "a").write_bytes(b"x" * spec.bytes)
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "photos").write_bytes(pack(CONTENT["train_images"]))
    assert find_content(tmp_path, spec) == tmp_path / "photos"
    assert find_content(tmp_path, spec_of().files["test_labels"]) is None


def test_a_data_set_is_fetched_from_a_folder_of_other_names(tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "TRAIN-IMAGES").write_bytes(CONTENT["train_images"])
    (source / "whatever").write_bytes(gzip.compress(CONTENT["train_labels"]))
    (source / "deep" / "test.images.gz").write_bytes(gzip.compress(CONTENT["test_images"]))
    (source / "test-labels").write_bytes(CONTENT["test_labels"])
    fetch(spec_of(), tmp_path / "out", local_folder=source)
    assert_complete(tmp_path / "out")


def test_what_is_there_and_what_files_should_be_called_is_told(tmp_path):
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).touch()
    assert describe_folder(tmp_path, ["a", "b"]) == (
        "found one.jpg, two.jpg; allowed: a, b, each raw or as .gz"
    )
    with pytest.raises(DataError, match=r"lacks train-images.*found one.jpg, two.jpg; al"):
        load_dataset(tmp_path)


def test_a_long_list_is_cut(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02}").touch()
    assert ", 11, …; allowed" in describe_folder(tmp_path, ["a"])


def test_images_of_your_own_are_loaded_under_names_that_are_alike(tmp_path):
    for role, path in write_idx(tmp_path, make_arrays()).items():
        kind, part = ("images.idx3" if "images" in role else "labels.idx1"), role.split("_")[0]
        name = f"{'train' if part == 'train' else 't10k'}-{kind}-ubyte".upper()
        (tmp_path / path).rename(tmp_path / name)
    assert load_dataset(tmp_path).image_shape == (12, 20)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        load_dataset(tmp_path / "nowhere")


def test_a_file_in_place_of_a_folder_is_told_as_such(tmp_path):
    label, npz = tmp_path / "t10k-labels-idx1-ubyte", write_npz(tmp_path / "my.npz")
    label.touch()
    words = "found a file; allowed: the folder with the data set's files"
    with pytest.raises(DataError) as caught:
        load_dataset(label)
    assert str(caught.value) == f"{label}: {words}"
    with pytest.raises(DataError) as caught:
        load_dataset(npz)
    assert str(caught.value) == f"{npz}: {words}; load an .npz file with load_files(['{npz}'])"
    with pytest.raises(DataError, match=f"folder .*my.npz: {words}"):
        fetch(spec_of(), tmp_path / "out", local_folder=npz)
