"""Variants are found by their files, and say of themselves what others need to know."""

import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from mlplab.benchmark.declaration import Variant
from mlplab.benchmark.loading import load_variant, require_package
from mlplab.benchmark.registry import NAMES, VARIANTS, find_variants, read_declaration

FIELDS = {
    "package": '"torch"',
    "framework": '"pytorch"',
    "label": '"PyTorch"',
    "color": '"#CC79A7"',
    "marker": '"P"',
    "linestyle": '"--"',
}


def declare(**changes):
    """The text of a module that declares a variant; None leaves a field out."""
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not None}
    named = ", ".join(f"{name}={value}" for name, value in fields.items())
    return f"import no_such_package\n\nVARIANT = Variant({named})\n"


def test_numpy_comes_first():
    assert NAMES[0] == "numpy"


def seen_without(cone, color):
    """A colour as people see it who lack one kind of cones (Machado et al. 2009, severity 1)."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                       for c in to_rgb(color)])  # fmt: skip
    matrices = {
        "none": np.eye(3),
        "red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998]],
        "green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                  [-0.011820, 0.042940, 0.968881]],
    }  # fmt: skip
    return np.cbrt(np.clip(np.array(matrices[cone]) @ linear, 0, 1))


@pytest.mark.parametrize("cone", ["none", "red", "green"])
def test_colours_of_variants_differ_for_colour_blind_readers_too(cone):
    seen = {name: seen_without(cone, variant.color) for name, variant in VARIANTS.items()}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.08, (one, other)


@pytest.mark.parametrize("name", NAMES)
def test_a_variant_can_be_drawn_and_told_from_all_others(name):
    variant = VARIANTS[name]
    assert re.fullmatch("#[0-9A-F]{6}", variant.color)
    Line2D([], [], marker=variant.marker, linestyle=variant.linestyle)
    others = [other for other in VARIANTS if other != name]
    assert all(VARIANTS[other].label != variant.label for other in others)
    assert all(VARIANTS[other].marker != variant.marker for other in others)
    assert all(VARIANTS[other].color != variant.color for other in others)


def test_a_new_file_is_a_new_variant(tmp_path):
    (tmp_path / "second_variant.py").write_text(declare(linestyle="(0, (1, 1.5))"))
    (tmp_path / "first_variant.py").write_text(declare())
    (tmp_path / "third_variant.py").write_text(declare(order="1"))
    (tmp_path / "helper.py").write_text("no variant")
    found = find_variants(tmp_path)
    assert list(found) == ["third", "first", "second"]
    assert found["first"] == Variant("torch", "pytorch", "PyTorch", "#CC79A7", "P", "--")
    assert found["second"].linestyle == (0, (1, 1.5))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def train(problem, clock): ...", "found 0 declarations VARIANT"),
        (declare() + declare(), "found 2 declarations VARIANT"),
        (declare(label=None, marker=None), "VARIANT lacks label, marker$"),
        (declare(colour='"red"'), "VARIANT has colour; allowed: package, framework"),
        (declare(color="PINK"), "VARIANT has color=PINK; allowed: a literal"),
        (declare(order='"last"'), "VARIANT has order='last'; allowed: a literal"),
        ("VARIANT = Variant('torch')", "a field of VARIANT without its name"),
        ("VARIANT = Variant(", "line 1: not Python"),
    ],
)
def test_a_faulty_declaration_is_told_with_its_file(tmp_path, text, fault):
    path = tmp_path / "faulty_variant.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"faulty_variant\.py: .*{fault}"):
        read_declaration(path)


def test_to_know_the_variants_imports_none_of_them():
    code = (
        "import sys; from mlplab.benchmark.registry import VARIANTS; assert VARIANTS;"
        "print(sorted({'numpy', 'sklearn', 'keras', 'torch', 'jax'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_variant_that_is_unknown_or_not_installed_is_told(monkeypatch):
    said = "variant no_such: unknown; allowed: numpy, compiled, prod"
    with pytest.raises(ModuleNotFoundError, match=said):
        load_variant("no_such")
    monkeypatch.setitem(VARIANTS, "far", VARIANTS["numpy"]._replace(package="no_such_package"))
    with pytest.raises(ModuleNotFoundError, match="variant far: no_such_package is not installed"):
        require_package("far")
