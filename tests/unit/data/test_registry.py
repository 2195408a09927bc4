import pytest

from mlplab.data import DataError
from mlplab.data.registry import ROLES, DatasetSpec, DataSize, load_registry
from tests.conftest import ROOT

ENTRY = """
mnist:
  title: T
  image_shape: [28, 28]
  files:
    train_images: {name: NAME, bytes: 10, sha256: HASH}
    train_labels: {name: b, bytes: 10, sha256: HASH}
    test_images: {name: c, bytes: 10, sha256: HASH}
    test_labels: {name: d, bytes: 10, sha256: HASH}
  sources: [{url: "URL"}]
"""


def write(tmp_path, name="a", digest="a" * 64, url="https://example.org/x"):
    path = tmp_path / "datasets.yaml"
    path.write_text(ENTRY.replace("NAME", name).replace("HASH", digest).replace("URL", url))
    return path


def test_the_projects_own_table_is_valid():
    registry = load_registry(ROOT / "config" / "datasets.yaml")
    assert set(registry) == {"mnist", "fashion_mnist"}
    assert all(spec.size == DataSize(60_000, 10_000, (28, 28)) for spec in registry.values())
    assert all(spec.sources for spec in registry.values())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": "http://example.org/"}, "https:// address"),
        ({"url": "file:///etc/passwd"}, "https:// address"),
        ({"url": "https:///path-alone"}, "https:// address"),
        ({"url": "http://127.0.0.1.example.org/"}, "https:// address"),
        ({"name": "b"}, "mnist.files: .*b named for more than one role"),
        ({"name": "B"}, "mnist.files: .*B, b named for more than one role"),
        ({"name": "a" * 101}, "mnist.files.train_images.name"),
        ({"name": ".."}, "mnist.files.train_images.name"),
        ({"name": "../secret"}, "mnist.files.train_images.name"),
        ({"digest": "abc"}, "mnist.files.train_images.sha256"),
    ],
)
def test_faults_are_refused_with_their_key_path(tmp_path, change, fault):
    with pytest.raises(DataError, match=fault):
        load_registry(write(tmp_path, **change))


def test_a_loopback_server_may_do_without_encryption(tmp_path):
    registry = load_registry(write(tmp_path, url="http://127.0.0.1:8000"))
    assert registry["mnist"].sources[0].url == "http://127.0.0.1:8000/"


def test_broken_yaml_is_told(tmp_path):
    path = tmp_path / "datasets.yaml"
    path.write_text("mnist: [")
    with pytest.raises(DataError, match=r"datasets.yaml: cannot be read"):
        load_registry(path)


def test_every_fault_is_told_once_with_the_keys_of_the_file(tmp_path):
    path = write(tmp_path, digest="abc", url="ftp://example.org")
    path.write_text(path.read_text() + "  note: x\n")
    with pytest.raises(DataError) as caught:
        load_registry(path)
    told = [line.split(": ")[0].strip(" -") for line in str(caught.value).splitlines()[1:]]
    assert sorted(told) == sorted(
        [f"mnist.files.{role}.sha256" for role in ROLES] + ["mnist.sources.0.url", "mnist.note"]
    )


def test_a_role_without_a_file_is_told(tmp_path):
    path = write(tmp_path)
    lines = [line for line in path.read_text().splitlines() if "test_labels" not in line]
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match="no file for test_labels"):
        load_registry(path)


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "a/b", ".hidden"])
def test_a_data_set_whose_name_is_a_path_is_refused(tmp_path, name):
    path = write(tmp_path)
    path.write_text(path.read_text().replace("mnist:", f"{name}:"))
    with pytest.raises(DataError, match=f"{name}.*String should match pattern"):
        load_registry(path)


@pytest.mark.parametrize("content", [b"mnist: \xff", b"", b"- mnist"])
def test_a_file_that_is_no_table_is_named(tmp_path, content):
    path = tmp_path / "datasets.yaml"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"datasets\.yaml"):
        load_registry(path)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_an_entry_survives_its_way_through_json(name):
    spec = load_registry(ROOT / "config" / "datasets.yaml")[name]
    assert DatasetSpec.model_validate(spec.model_dump(mode="json")) == spec


def test_names_that_differ_only_in_case_are_refused(tmp_path):
    path = write(tmp_path)
    path.write_text(path.read_text() + path.read_text().replace("mnist", "MNIST"))
    with pytest.raises(DataError, match="found MNIST beside mnist; allowed: names that differ in"):
        load_registry(path)
