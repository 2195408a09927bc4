"""Configurations with faults, drawn and as users write them: one message that names each."""

import copy
import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlplab.config.faults import ConfigError
from mlplab.config.loading import load_config
from mlplab.config.schema import config_schema
from tests.conftest import ROOT
from tests.unit.config.mutations import deep, find_places, mutations
from tests.unit.config.test_loading import DATASETS, DEFAULT, changed, merged

SCHEMA = config_schema()
PLACES = list(find_places(SCHEMA, DEFAULT, SCHEMA["$defs"]))
# Drawn from evenly, so that the few sections and lists are reached as often as the many numbers.
KINDS: dict[str, list] = {}
for _place in PLACES:
    KINDS.setdefault(_place.schema.get("type", "either"), []).append(_place)


def refusal(mapping) -> list[str]:
    """The faults that are told, after a look at the form of the message."""
    began = time.perf_counter()
    with pytest.raises(ConfigError) as caught:
        load_config(mapping, DATASETS)
    assert time.perf_counter() - began < 3
    head, *lines = str(caught.value).split("\n")
    assert head == f"the configuration has {len(lines)} fault(s):"
    assert all(line.startswith("  - ") for line in lines)
    assert all("; allowed: " in line or "; renamed to " in line for line in lines)
    assert "Traceback" not in str(caught.value)
    assert all(len(line) < 1000 for line in lines)
    return [line.removeprefix("  - ") for line in lines]


@st.composite
def several_mutations(draw):
    """Mutations at places of which none lies within another."""
    chosen: list = []
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(list(KINDS.values())).flatmap(st.sampled_from))
        mutation = draw(mutations(place, DATASETS))
        if not any(
            a.keys[: len(b.keys)] == b.keys
            for other in chosen
            for a, b in ((mutation, other), (other, mutation))
        ):
            chosen.append(mutation)
    return chosen


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(several_mutations())
def test_every_fault_that_is_put_in_is_named(drawn):
    mapping = copy.deepcopy(DEFAULT)
    for mutation in drawn:
        mutation.apply(mapping)
    faults = refusal(mapping)
    for mutation in drawn:
        assert any(
            (fault.startswith(mutation.begins) and fault[len(mutation.begins)] in ":.[")
            or (len(mutation.begins) > 70 and fault.startswith(mutation.begins[:70]))
            for fault in faults
        ), (mutation.begins, faults)


UNWRITABLE = {"huge": 10**5000, "below": -(10**5000), "deep": deep(5000), "in": {"a": deep(5000)}}


@pytest.mark.parametrize("value", UNWRITABLE.values(), ids=UNWRITABLE)
@pytest.mark.parametrize(
    "path", ["seeds", "train.epochs", "networks.article_a.l2", "run", "colour"]
)
def test_values_that_python_cannot_write_are_refused_like_others(path, value):
    assert refusal(changed(path, value))[0].startswith(path)


def test_the_drawn_places_are_all_keys():
    paths = {place.path for place in PLACES}
    assert {"run", "cluster.elbow.trim", "search.stages[1].epochs", "seeds[0]"} <= paths
    assert {f"experiments.{name}.epochs" for name in DEFAULT["experiments"]} <= paths
    assert {f"networks.{name}.l2" for name in DEFAULT["networks"]} <= paths


@settings(max_examples=50)
@given(
    st.sampled_from([p for p in PLACES if p.keys[0] not in ("dataset", "scale", "ladder")]).flatmap(
        lambda place: mutations(place, DATASETS)
    )
)
def test_a_fault_of_one_key_does_not_hide_what_others_get_wrong_together(mutation):
    mapping = changed("ladder.batch_size", 60_001)
    mutation.apply(mapping)
    told = "ladder.batch_size: found 60001; allowed: at most the 60000 training images"
    assert told in refusal(mapping)


# What a user lays over config.yaml, and the lines of the message.
WRITTEN = [
    ("run: my/run", "run: found 'my/run'; allowed: up to 100 letters, digits, '-' and '_'"),
    ("run: ../../etc", "run: found '../../etc'; allowed: up to 100 letters, digits, '-' and '_'"),
    ("run: 2020-05-16", "run: found datetime.date(2020, 5, 16); allowed: a text"),
    ("run: no", "run: found false; allowed: a text"),
    ("run: 12", "run: found 12; allowed: a text"),
    ("run:", "run: found null; allowed: a text"),
    (
        "experiments:",
        "experiments: found null; allowed: a section with keys of its own; to keep its values, "
        "leave the key out",
    ),
    (
        "cluster: {elbow: }",
        "cluster.elbow: found null; allowed: a section with keys of its own; to keep its values, "
        "leave the key out",
    ),
    (
        "search: {stages: [null]}",
        "search.stages[0]: found null; allowed: a section with keys",
    ),
    ("train: {epochs: null}", "train.epochs: found null; allowed: a whole number"),
    (
        "dataset: mnsit",
        "dataset: found 'mnsit'; allowed: the path of an .npz file, four IDX files, or one of "
        "['fashion_mnist', 'mnist']; did you mean mnist?",
    ),
    (
        "dataset: fashion-mnist",
        "dataset: found 'fashion-mnist'; allowed: the path of an .npz file, four IDX files, or one "
        "of ['fashion_mnist', 'mnist']; did you mean "
        "fashion_mnist?",
    ),
    ("data_dir: [a, b]", "data_dir: found ['a', 'b']; allowed: a text"),
    ("seeds: 0", "seeds: found 0; allowed: a list"),
    ("seeds: 0, 1, 2", "seeds: found '0, 1, 2'; allowed: a list"),
    ("seeds: [0 1 2]", "seeds[0]: found '0 1 2'; allowed: a whole number"),
    ("seeds: [0, 1, 1]", "seeds: found [1] more than once; allowed: each value once"),
    ("seeds: {0: 1}", "seeds: found {0: 1}; allowed: a list"),
    ("seeds: [4294967296]", "seeds[0]: found 4294967296; allowed: below 4294967296"),
    ("trian: {epochs: 3}", "trian: found {'epochs': 3}; allowed: no such key; did you mean train?"),
    (
        "train: {batch_size: 500}",
        "train.batch_size: found 500; allowed: no such key; did you mean batch_sizes?",
    ),
    ("train: {batch_sizes: 500}", "train.batch_sizes: found 500; allowed: a list"),
    (
        "train: {batch_sizes: ['5e2']}",
        "train.batch_sizes[0]: found '5e2'; allowed: a whole number",
    ),
    (
        "train: {batch_sizes: [60000, 70000]}",
        "train.batch_sizes: found 70000; allowed: at most the 60000 training images",
    ),
    ("train: {epochs: yes}", "train.epochs: found true; allowed: a whole number"),
    ("train: {epochs: 35.0}", "train.epochs: found 35.0; allowed: a whole number"),
    ("train: {epochs: [35]}", "train.epochs: found [35]; allowed: a whole number"),
    ("train: {epochs: 0x}", "train.epochs: found '0x'; allowed: a whole number"),
    (
        "networks: {article_a: {learning_rate: 0,001}}",
        "networks.article_a.1: found 1; allowed: keys that are texts",
    ),
    (
        "networks: {article_a: {learning_rate: '0,001'}}",
        "networks.article_a.learning_rate: found '0,001'",
    ),
    ("networks: {article_a: {l2: on}}", "networks.article_a.l2: found true; allowed: a number"),
    (
        "networks: {article_a: {l2: .inf}}",
        "networks.article_a.l2: found inf; allowed: a finite number",
    ),
    (
        "networks: {article_a: {momentum: 090}}",
        "networks.article_a.momentum: found 90.0; allowed: below 1",
    ),
    (
        "networks: {article_a: {scale_l2_with_inputs: 'yes'}}",
        "networks.article_a.scale_l2_with_inputs: found 'yes'; allowed: true or false",
    ),
    ("train:", "train: found null; allowed: a section with keys of its own"),
    ("train: [epochs, 35]", "train: found ['epochs', 35]; allowed: a section with keys of its own"),
    (
        "networks: {article_a: {init: sqrt-nodes}}",
        "networks.article_a.init: found 'sqrt-nodes'; allowed: 'sqrt_nodes' or 'const'; did you "
        "mean sqrt_nodes?",
    ),
    (
        "{scale: {n_train: 50}, cluster: {k_values: [40, 70, 90]}}",
        "cluster.k_values: found 70; allowed: fewer than the 50 images that are clustered",
    ),
    (
        "cluster: {k_values: [10, 20]}",
        "transform.k_values: found [40, 70, 90], which the sweep does not fit; allowed: values of "
        "cluster.k_values, [10, 20], or auto",
    ),
    (
        "scale: {n_train: 100000}",
        "scale.n_train: found 100000; allowed: at most the 60000 images there are",
    ),
    (
        "comparison: {controls: feature_control}",
        "comparison.controls: found 'feature_control'; allowed: a name in experiments, "
        f"{list(DEFAULT['experiments'])}; did you mean feature_controls?",
    ),
    (
        "experiments: {mine: {epochs: 3}}",
        "experiments.mine.input_spaces: found nothing; allowed: this key must be given",
    ),
    (
        "experiments: {my run: {epochs: 3, batch_size: 9, seeds: [0]}}",
        "experiments.'my run': found 'my run'; allowed: up to 100 letters, digits, '-' and '_'",
    ),
    (
        "search: {space: {learning_rate: [0.1, 0.03]}}",
        "search.space.learning_rate: found [0.1, 0.03]; allowed: two numbers, the smaller first",
    ),
    (
        "search: {stages: [{trials: 2, epochs: 9}, {trials: 4, epochs: 9}]}",
        "search.stages: found 4 trials after 2; allowed: at most as many as in the stage before",
    ),
    ("benchmark: {device: GPU}", "benchmark.device: found 'GPU'; allowed: 'cpu' or 'gpu'"),
    ("3: x", "3: found 3; allowed: keys that are texts"),
    (
        "run: a b\ntrain: {epochs: 0}\nladder: {batch_size: 70000}\ncolour: red",
        "run: found 'a b'; allowed: up to 100 letters, digits, '-' and '_'",
        "train.epochs: found 0; allowed: at least 1",
        "ladder.batch_size: found 70000; allowed: at most the 60000 training images",
        "colour: found 'red'; allowed: no such key; there are run, dataset, data_dir, seeds,",
    ),
]


@pytest.mark.parametrize(("text", "lines"), [(text, lines) for text, *lines in WRITTEN])
def test_what_users_write_is_refused_in_these_words(text, lines):
    faults = refusal(merged(DEFAULT, yaml.safe_load(text)))
    for line in lines:
        assert any(fault.startswith(line) for fault in faults), faults


@pytest.mark.parametrize(
    ("n_train", "file"), [(400, "small"), (3_999, "small"), (4_000, "quick"), (9_999, "quick")]
)
def test_a_message_of_too_few_images_ends_with_the_file_that_suits_them(n_train, file):
    few = {"scale": {"n_train": n_train, "n_test": 100}}
    with pytest.raises(ConfigError) as caught:
        load_config(merged(DEFAULT, few), DATASETS)
    last = f"config/{file}.yaml suits {n_train} training images: name it before your own file."
    assert str(caught.value).split("\n")[-1] == last
    overlay = yaml.safe_load((ROOT / "config" / f"{file}.yaml").read_text())
    load_config(merged(merged(DEFAULT, overlay), few), DATASETS)


@pytest.mark.parametrize(
    "text",
    [
        "{scale: {n_train: 399}}",  # no file suits so few
        "{scale: {n_train: 10000}}",  # the default suits so many, but for a few numbers
        "{scale: {n_train: 5000}, ladder: {batch_size: 6000}, train: {batch_sizes: [6000]}}",
    ],
)
def test_no_other_file_is_named_where_none_is_better(text):
    base = DEFAULT
    if "5000" in text:
        base = merged(DEFAULT, yaml.safe_load((ROOT / "config" / "quick.yaml").read_text()))
    faults = refusal(merged(base, yaml.safe_load(text)))
    assert not any(" suits " in fault for fault in faults)


@pytest.mark.parametrize("content", [None, [], "run: x", 3, [("run", "x")]])
def test_what_is_no_mapping_is_refused(content):
    (fault,) = refusal(content)
    assert fault.startswith("the configuration: found ")


def test_an_empty_configuration_lacks_every_section():
    faults = refusal({})
    assert [fault.split(":")[0] for fault in faults] == SCHEMA["required"]
