import copy
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplab.benchmark.registry import NAMES as VARIANT_NAMES
from mlplab.config.checks import sample_counts
from mlplab.config.faults import ConfigError, write_value
from mlplab.config.loading import load_config
from mlplab.config.renamed import REMOVED, RENAMED, RENAMED_SECTIONS
from mlplab.data.registry import load_registry
from tests.conftest import ROOT

DEFAULT = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
DATASETS = load_registry(ROOT / "config" / "datasets.yaml")


def changed(path, value):
    mapping = copy.deepcopy(DEFAULT)
    *sections, key = path.split(".")
    target = mapping
    for section in sections:
        target = target[section]
    target[key] = value
    return mapping


def merged(base, overlay):
    result = dict(base)
    for key, value in overlay.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


@pytest.mark.parametrize("name", ["config", "quick", "small", "article"])
def test_the_projects_own_files_are_valid(name):
    overlay = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
    config = load_config(merged(DEFAULT, overlay), DATASETS)
    assert config.run == {"config": "default"}.get(name, name)


def test_the_default_file_names_every_key():
    values = load_config(DEFAULT).model_dump(mode="json")
    experiments = DEFAULT["experiments"].items()
    filled = {name: DEFAULT["experiment_defaults"] | entry for name, entry in experiments}
    assert values.pop("benchmark") == DEFAULT["benchmark"] | {"variants": list(VARIANT_NAMES)}
    assert values == {k: v for k, v in DEFAULT.items() if k != "benchmark"} | {
        "experiments": filled
    }


def test_what_was_loaded_is_a_configuration_of_the_same_meaning():
    config = load_config(DEFAULT)
    assert load_config(config.model_dump(mode="json")) == config


@pytest.mark.parametrize("key", sorted(DEFAULT))
def test_no_section_has_a_default_in_the_code(key):
    mapping = {k: v for k, v in DEFAULT.items() if k != key}
    with pytest.raises(ConfigError, match=f"{key}: found nothing; allowed: this key must be given"):
        load_config(mapping)


def test_a_new_experiment_needs_only_inputs_and_epochs():
    entry = {"input_spaces": ["pixels"], "epochs": 3, "seeds": [7]}
    defaults = changed("experiments.mine", entry)
    defaults["experiment_defaults"]["batch_size"] = 250
    config = load_config(defaults)
    mine = config.experiments["mine"]
    assert (mine.seeds, mine.batch_size, mine.exclusive) == ((7,), 250, False)
    assert config.network_of(mine) == config.networks["article_c"]


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("batch_size", 0, "experiment_defaults.batch_size: found 0; allowed: at least 1"),
        ("network", "article_d", "experiment_defaults.network: found 'article_d'; allowed: a name"),
        ("network", 7, "experiment_defaults.network: found 7; allowed: a text"),
    ],
)
def test_a_fault_of_the_experiments_defaults_is_told_once(key, value, fault):
    with pytest.raises(ConfigError, match=r"1 fault\(s\)") as caught:
        load_config(changed(f"experiment_defaults.{key}", value), DATASETS)
    assert fault in str(caught.value)


@pytest.mark.parametrize("name", [3, None, True, 1.5])
def test_an_experiment_whose_name_is_no_text_is_refused_with_its_other_faults(name):
    mapping = copy.deepcopy(DEFAULT)
    mapping["experiments"][name] = {"input_spaces": ["pixels"], "epochs": 1, "batch_size": 0}
    with pytest.raises(ConfigError, match=r"2 fault\(s\)") as caught:
        load_config(mapping)
    assert f"found {write_value(name)}; allowed: a text" in str(caught.value)
    assert "batch_size: found 0; allowed: at least 1" in str(caught.value)


def test_a_missing_default_is_told_once():
    mapping = copy.deepcopy(DEFAULT)
    del mapping["experiment_defaults"]["l2_factors"]
    with pytest.raises(ConfigError, match=r"1 fault\(s\)") as caught:
        load_config(mapping)
    assert "experiment_defaults.l2_factors: found nothing" in str(caught.value)


def test_all_variants_are_one_word():
    assert load_config(changed("benchmark.variants", "all")).benchmark.variants == VARIANT_NAMES
    few = load_config(changed("benchmark.variants", ["numpy", "jax"]))
    assert few.benchmark.variants == ("numpy", "jax")


def test_resolved_sections_have_the_settings_of_their_networks():
    config = load_config(DEFAULT)
    values = config.resolved(["train", "experiments", "dataset"])
    assert sorted(values) == ["dataset", "experiments", "train"]
    assert values["train"]["network"] == DEFAULT["networks"]["article_a"]
    assert values["experiments"]["lambda_rule"]["network"] == DEFAULT["networks"]["article_c"]
    assert values["experiments"]["article_a"]["network"]["hidden_layer_sizes"] == [70, 30]
    assert config.resolved(["scale"]) == {"scale": DEFAULT["scale"]}


def test_only_sections_that_exist_are_resolved():
    with pytest.raises(ValueError, match=r"sections: found \['scales'\]; allowed: run, dataset"):
        load_config(DEFAULT).resolved(["train", "scales"])


OLD_KEYS = [
    ("benchmark.turn_seconds", 0.1, "renamed to benchmark.measurement_seconds"),
    (
        "search.space.learning_rate_end",
        [0.1, 1.0],
        "renamed to search.space.learning_rate_end_ratio",
    ),
    ("train.numpy", {"l2": 0.1}, "renamed to networks.<name>, which train.network names"),
    ("train.hidden_layer_sizes", [9], "renamed to networks.<name>.hidden_layer_sizes"),
    ("train.scale_l2_with_inputs", True, "renamed to networks.<name>.scale_l2_with_inputs"),
    (
        "experiments.article_a.hidden_layer_sizes",
        [9],
        "renamed to networks.<name>.hidden_layer_sizes",
    ),
    (
        "experiments.article_a.scale_l2_with_inputs",
        False,
        "renamed to networks.<name>.scale_l2_with_inputs",
    ),
    (
        "experiments.article_a.network",
        {"l2": 0.1},
        "renamed to networks.<name>, which experiments.<name>.network names",
    ),
    (
        "experiments.article_a.framework",
        "numpy",
        "removed, because every experiment trains the NumPy network",
    ),
]


@pytest.mark.parametrize(("path", "value", "words"), OLD_KEYS, ids=[key for key, *_ in OLD_KEYS])
def test_a_key_of_an_earlier_version_is_refused_with_what_became_of_it(path, value, words):
    with pytest.raises(ConfigError, match=r"1 fault\(s\)") as caught:
        load_config(changed(path, value))
    assert f"  - {path}: found {write_value(value)}; {words}" in str(caught.value)


def test_every_old_key_is_tried_here():
    tried = {path.replace(".article_a.", ".<name>.") for path, *_ in OLD_KEYS}
    assert tried == {*RENAMED, *RENAMED_SECTIONS, *REMOVED}


def test_a_key_that_no_section_has_is_no_attribute():
    section = load_config(DEFAULT).scale
    assert section.n_train is None
    with pytest.raises(AttributeError, match="'ScaleConfig' object has no attribute 'n_trian'"):
        section.n_trian  # noqa: B018


@pytest.mark.parametrize(("dataset", "published"), [("mnist", True), ("fashion_mnist", False)])
def test_figures_of_the_articles_stand_beside_their_data_alone(dataset, published):
    assert load_config(changed("dataset", dataset)).uses_published_data is published


def test_sizes_are_those_of_the_data_set_unless_fewer_are_asked_for():
    assert sample_counts(load_config(DEFAULT), DATASETS["mnist"].size) == (60_000, 10_000)
    fewer = load_config(changed("scale.n_train", 70))
    assert sample_counts(fewer, DATASETS["mnist"].size) == (70, 10_000)


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (
            "run",
            "../elsewhere",
            "run: found '../elsewhere'; allowed: up to 100 letters, digits, '-' and '_'",
        ),
        ("run", None, "run: found null; allowed: a text"),
        (
            "dataset",
            "cifar",
            "dataset: found 'cifar'; allowed: the path of an .npz file, four IDX files, or one of "
            "['fashion_mnist', 'mnist']",
        ),
        ("dataset", "nowhere.npz", "dataset: nowhere.npz: cannot be read (No such file"),
        ("dataset", 7, "dataset: found 7; allowed: a text"),
        ("dataset", {"train_images": 1}, "dataset.train_images: found 1; allowed: a text"),
        ("dataset", {}, "dataset.test_labels: found nothing; allowed: this key must be given"),
        ("seeds", [], "seeds: found []; allowed: at least 1 value"),
        ("seeds", [1, 1], "seeds: found [1] more than once"),
        ("seeds", [-1], "seeds[0]: found -1; allowed: at least 0"),
        ("color", "red", "color: found 'red'; allowed: no such key"),
        ("train.batch_size", 500, "train.batch_size: found 500; allowed: no such key"),
        ("train.batch_sizes", [], "train.batch_sizes: found []; allowed: at least 1 value"),
        ("train.batch_sizes", [60_001], "train.batch_sizes: found 60001; allowed: at most the"),
        ("train.batch_sizes", [1.5], "train.batch_sizes[0]: found 1.5"),
        ("train.batch_sizes", 500, "train.batch_sizes: found 500; allowed: a list"),
        ("train.epochs", "many", "train.epochs: found 'many'; allowed: a whole number"),
        ("train.epochs", True, "train.epochs: found true; allowed: a whole number"),
        (
            "networks.article_a.momentum",
            1,
            "networks.article_a.momentum: found 1; allowed: below 1",
        ),
        (
            "networks.article_a.learning_rate",
            0,
            "networks.article_a.learning_rate: found 0; allowed: above 0",
        ),
        ("networks.article_a.l2", float("nan"), "networks.article_a.l2: found nan"),
        ("train.keras", 3, "train.keras: found 3; allowed: a section"),
        ("cluster.k_values", [1], "cluster.k_values[0]: found 1; allowed: at least 2"),
        ("cluster.k_values", [40, 70, 90, 60_000], "cluster.k_values: found 60000; allowed: fewer"),
        ("transform.k_values", [41], "transform.k_values: found [41], which the sweep does not"),
        ("transform.k_values", [70, "all"], "transform.k_values[1]: found 'all'; allowed: a whole"),
        ("transform.k_values", [70, "auto", "auto"], "transform.k_values: found ['auto'] more"),
        ("cluster.algorithm", "fast", "cluster.algorithm: found 'fast'; allowed: 'minibatch', 'll"),
        ("cluster.seeds", [2, 2], "cluster.seeds: found [2] more than once"),
        ("cluster.elbow.max_width", 0, "cluster.elbow.max_width: found 0; allowed: at least 1"),
        ("cluster.elbow.sensitivities", [-1], "sensitivities[0]: found -1; allowed: at least 0"),
        ("silhouette.max_samples", 1, "silhouette.max_samples: found 1; allowed: at least 2"),
        ("silhouette.error_samples", [60_001], "silhouette.error_samples: found 60001; allowed"),
        ("cost_quality.k", 60_000, "cost_quality.k: found 60000; allowed: fewer than the 60000"),
        ("cost_quality.settings", {}, "cost_quality.settings: found {}; allowed: at least 1"),
        (
            "cost_quality.settings",
            {"lloyd": {"algorithm": "lloyd", "seeds": [1, 1]}},
            "cost_quality.settings.lloyd.seeds: found [1] more than once",
        ),
        ("scale.numpy", "log", "scale.numpy: found 'log'; allowed: 'standard'"),
        ("scale.n_train", 0, "scale.n_train: found 0; allowed: at least 1"),
        ("experiments", [], "experiments: found []; allowed: a section with keys"),
        (
            "experiments.article a",
            {},
            "found 'article a'; allowed: up to 100 letters, digits, '-' and '_'",
        ),
        ("experiments.article_a.seeds", [3, 3], "experiments.article_a.seeds: found [3] more than"),
        (
            "experiments.article_a.network",
            "article_cc",
            "experiments.article_a.network: found 'article_cc'; allowed: a name in networks, "
            f"{list(DEFAULT['networks'])}; did you mean article_c?",
        ),
        ("train.network", "b", "train.network: found 'b'; allowed: a name in networks"),
        ("networks", {}, "networks: found {}; allowed: at least 1"),
        ("benchmark.variants", "keras", "found 'keras'; allowed: all, or a list of names"),
        (
            "experiments.article_a.input_spaces",
            ["clusters"],
            "found 'clusters'; allowed: pixels, clusters-<K>, clusters-<K>-<scaling>",
        ),
        (
            "experiments.article_a.input_spaces",
            ["clusters-41"],
            "experiments.article_a.input_spaces: found 'clusters-41', which the sweep does not fit",
        ),
        (
            "experiments.article_a.input_spaces",
            ["pca-785"],
            "found 'pca-785'; allowed: at most 784",
        ),
        (
            "experiments.article_a.input_spaces",
            ["images-60001"],
            "found 'images-60001'; allowed: at most 60000 features",
        ),
        (
            "experiments.article_a.input_spaces",
            ["pixels", "pixels"],
            "experiments.article_a.input_spaces: found ['pixels'] more than once",
        ),
        (
            "experiments.article_a.n_validation",
            60_000,
            "experiments.article_a.n_validation: found 60000; allowed: fewer than the 60000",
        ),
        (
            "experiments.article_a.n_validation",
            59_900,
            "experiments.article_a.batch_size: found 500; allowed: at most the 100 training",
        ),
        ("experiments.article_a.l2_factors", [0], "l2_factors[0]: found 0; allowed: above 0"),
        (
            "comparison.controls",
            "none",
            "comparison.controls: found 'none'; allowed: a name in exp",
        ),
        ("comparison.targets", [0.9, 0.9], "comparison.targets: found [0.9] more than once"),
        ("comparison.targets", [97], "comparison.targets[0]: found 97; allowed: at most 1"),
        (
            "comparison.published",
            [{"accuracy": 1.2, "epoch": 1}],
            "comparison.published[0].accuracy: found 1.2; allowed: at most 1",
        ),
        (
            "experiments.article_c_clusters.seeds",
            [7],
            "article_c_clusters.seeds: found [7]; allowed: those of article_c_reference",
        ),
        (
            "experiments.article_c_reference.input_spaces",
            ["pixels", "pca-9"],
            "experiments.article_c_reference.input_spaces: found ['pixels', 'pca-9']; allowed: one",
        ),
        (
            "experiments.article_c_clusters.test_every_epoch",
            False,
            "test_every_epoch: found false; allowed: true, since comparison.against_reference",
        ),
        (
            "comparison.choose_at",
            [150, 200],
            "comparison.choose_at: found [150, 200]; allowed: epochs of comparison.published, [150",
        ),
        (
            "search.space.input_spaces",
            ["clusters-70-raw"],
            "search.space.input_spaces: found 'clusters-70-raw'; allowed: spaces that are made",
        ),
        (
            "keras_experiments.keras_reference.batch_size",
            60_001,
            "keras_experiments.keras_reference.batch_size: found 60001; allowed: at most the 60000",
        ),
        ("experiments.lambda_rule.n_validation", 0, "lambda_rule.n_validation: found 0; allowed"),
        (
            "experiments.feature_controls.n_validation",
            0,
            "n_validation: found 0; allowed: at least 1, since comparison.controls",
        ),
        (
            "experiments.feature_controls.l2_factors",
            [1.0, 2.0],
            "l2_factors: found [1.0, 2.0]; allowed: one, since comparison.controls",
        ),
        ("ladder.batch_size", 60_001, "ladder.batch_size: found 60001; allowed: at most the"),
        ("ladder.batch_sizes", [70_000], "ladder.batch_sizes: found 70000; allowed: at most the"),
        (
            "comparison.keras_log",
            "article_a",
            "comparison.keras_log: found 'article_a'; allowed: a",
        ),
        (
            "benchmark.keras_run.epochs",
            1,
            "benchmark.keras_run.epochs: found 1; allowed: at least 2",
        ),
        ("benchmark.batch_sizes", [70_000], "benchmark.batch_sizes: found 70000; allowed: at most"),
        ("benchmark.variants", ["keras"], "benchmark.variants: found ['keras']; allowed: numpy"),
        ("benchmark.variants", ["numpy", "theano"], "benchmark.variants[1]: found 'theano'"),
        ("benchmark.cluster_k", 41, "benchmark.cluster_k: found 41; allowed: one of transform"),
        ("benchmark.device", "tpu", "benchmark.device: found 'tpu'; allowed: 'cpu' or 'gpu'"),
        ("benchmark.retries", -1, "benchmark.retries: found -1; allowed: at least 0"),
        (
            "benchmark.deep_model.batch_size",
            60_001,
            "benchmark.deep_model.batch_size: found 60001; allowed: at most the 60000",
        ),
        ("ladder.rounds", 0, "ladder.rounds: found 0; allowed: at least 1"),
        (
            "experiments.article_a.batch_size",
            60_001,
            "experiments.article_a.batch_size: found 60001; allowed: at most the 60000 training",
        ),
    ],
)
def test_a_fault_is_named_with_its_key_what_was_found_and_what_is_allowed(path, value, fault):
    with pytest.raises(ConfigError) as caught:
        load_config(changed(path, value), DATASETS)
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("section", "entry"),
    [("experiments", "article_a"), ("keras_experiments", "keras_reference")],
)
def test_experiments_are_not_named_like_the_trainings_of_all_batch_sizes(section, entry):
    mapping = changed(f"{section}.batch_sizes", DEFAULT[section][entry])
    with pytest.raises(ConfigError, match=f"{section}: found 'batch_sizes', the name of the"):
        load_config(mapping)


def test_experiments_in_keras_and_in_numpy_have_different_names():
    entry = DEFAULT["keras_experiments"]["keras_reference"]
    with pytest.raises(ConfigError, match=r"keras_experiments\.article_a: found beside exp"):
        load_config(changed("keras_experiments.article_a", entry))


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("networks", "article_a"),
        ("experiments", "article_a"),
        ("cost_quality.settings", "articles"),
    ],
)
def test_names_that_differ_only_in_case_are_refused(section, name):
    value = DEFAULT
    for key in section.split("."):
        value = value[key]
    fault = f"{section}.{name.upper()}: found beside {section}.{name}; allowed: names that differ"
    with pytest.raises(ConfigError, match=re.escape(fault)):
        load_config(changed(f"{section}.{name.upper()}", value[name]))


@pytest.mark.parametrize("path", ["run", "experiments"])
def test_names_leave_room_for_what_file_names_add(path):
    def named(length):
        name = "n" * length
        experiment = DEFAULT["experiments"]["article_a"]
        return changed("run", name) if path == "run" else changed(f"{path}.{name}", experiment)

    load_config(named(100))
    with pytest.raises(ConfigError, match="allowed: up to 100 letters"):
        load_config(named(101))


def test_the_k_to_train_on_may_be_left_to_the_sweep():
    assert load_config(changed("transform.k_values", [70, "auto"])).transform.k_values[1] == "auto"
    assert load_config(changed("transform.k_values", ["40", 70])).transform.k_values == (40, 70)


def test_all_faults_come_in_one_message():
    mapping = changed("train.epochs", 0) | {"seeds": [], "color": "red"}
    with pytest.raises(ConfigError, match=r"3 fault\(s\)") as caught:
        load_config(mapping)
    assert all(key in str(caught.value) for key in ("train.epochs", "seeds", "color"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=200)
@given(st.sampled_from(sorted(DEFAULT)), JSON)
def test_anything_is_accepted_or_refused_in_words(key, value):
    def fault_of(mapping):
        try:
            load_config(mapping, DATASETS)
        except ConfigError as error:
            return str(error)
        return None

    fault = fault_of(DEFAULT | {key: value})
    assert fault is None or key in fault
