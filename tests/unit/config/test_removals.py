"""Null in place of an entry of a named section removes it."""

import pytest
import yaml

from mlplab.config.__main__ import main
from mlplab.config.faults import ConfigError
from mlplab.config.loading import load_config
from mlplab.config.names import COLLECTIONS, find_unknown_removals, list_entries
from tests.conftest import ROOT
from tests.unit.config.test_loading import DATASETS, DEFAULT, changed, merged

CONFIG_FILE = ROOT / "config" / "config.yaml"
# Entries of the default run that no other key names.
FREE = [
    "experiments.article_a",
    "experiments.article_c_other_clusters",
    *(
        f"keras_experiments.{name}"
        for name in DEFAULT["keras_experiments"]
        if name != DEFAULT["comparison"]["keras_log"]
    ),
    *(f"cost_quality.settings.{name}" for name in DEFAULT["cost_quality"]["settings"]),
]
# Entries of the default run, and the keys that name them.
NAMED = {
    "experiments.article_c_reference": ["comparison.reference"],
    "experiments.article_c_clusters": ["comparison.against_reference"],
    "experiments.feature_controls": ["comparison.controls"],
    "experiments.lambda_rule": ["comparison.l2_rule"],
    "experiments.distance_scalings": ["comparison.scalings"],
    "keras_experiments.keras_reference": ["comparison.keras_log"],
    "experiments.learning_rate_1": ["comparison.learning_rates"],
    "experiments.learning_rate_2": ["comparison.learning_rates"],
    "experiments.learning_rate_4": ["comparison.learning_rates"],
    "networks.article_c_rate_2": ["experiments.learning_rate_2.network"],
    "networks.article_c_rate_4": ["experiments.learning_rate_4.network"],
    "networks.article_a": ["train.network", "experiments.article_a.network"],
    "networks.article_c": ["experiment_defaults.network"],
}


def look_up(config, path):
    for key in path.split("."):
        config = config[key] if isinstance(config, dict) else getattr(config, key)
    return config


def faults(text, *paths):
    with pytest.raises(ConfigError) as caught:
        load_config(merged(DEFAULT, yaml.safe_load(text)), DATASETS, [CONFIG_FILE, *paths])
    return [line.removeprefix("  - ") for line in str(caught.value).split("\n")[1:]]


def test_every_entry_of_the_default_run_is_free_or_named():
    entries = {f"{path}.{name}" for path in COLLECTIONS for name in look_up(DEFAULT, path)}
    assert entries == {*FREE, *NAMED}


# Snakemake's --config makes texts of what a file has as null.
@pytest.mark.parametrize("null", [None, "null", "~"])
@pytest.mark.parametrize("path", FREE)
def test_null_removes_an_entry_that_no_key_names(path, null):
    collection, name = path.rsplit(".", 1)
    kept = look_up(load_config(changed(path, null), DATASETS, [CONFIG_FILE]), collection)
    assert list(kept) == [other for other in look_up(DEFAULT, collection) if other != name]


@pytest.mark.parametrize(("path", "keys"), NAMED.items())
def test_an_entry_that_keys_name_is_not_removed_and_all_these_keys_are_told(path, keys):
    with pytest.raises(ConfigError, match=r"1 fault\(s\)") as caught:
        load_config(changed(path, None), DATASETS)
    verb = "names" if len(keys) == 1 else "name"
    told = f"{path}: found null, which removes it; {' and '.join(keys)} {verb} it; allowed: "
    assert told in str(caught.value)


def test_an_experiment_is_removed_with_what_named_it():
    text = "{experiments: {distance_scalings: null}, comparison: {scalings: article_c_clusters}}"
    config = load_config(merged(DEFAULT, yaml.safe_load(text)), DATASETS)
    assert "distance_scalings" not in config.experiments
    text = (
        "{networks: {article_a: null}, train: {network: article_c}, experiments: {article_a: null}}"
    )
    assert "article_a" not in load_config(merged(DEFAULT, yaml.safe_load(text))).networks


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "experiments: {distance_scaling: null}",
            "experiments.distance_scaling: found null, which removes an entry; allowed: an entry, "
            f"or null for one of {list(DEFAULT['experiments'])}; did you mean distance_scalings?",
        ),
        (
            "networks: {mine: null}",
            "networks.mine: found null, which removes an entry; allowed: an entry, or null for one "
            f"of {list(DEFAULT['networks'])}",
        ),
        (
            "cost_quality: {settings: {loyd: null}}",
            "cost_quality.settings.loyd: found null, which removes an entry; allowed: an entry, or "
            f"null for one of {list(DEFAULT['cost_quality']['settings'])}; did you mean lloyd?",
        ),
    ],
)
def test_a_name_that_is_not_there_is_not_removed(text, fault):
    assert faults(text) == [fault]


def test_what_one_file_adds_another_removes(tmp_path):
    added = tmp_path / "added.yaml"
    added.write_text("experiments: {mine: {input_spaces: [pixels], epochs: 1}}")
    overlay = {"experiments": {"mine": None}}
    config = load_config(merged(DEFAULT, overlay), DATASETS, [CONFIG_FILE, added])
    assert config == load_config(DEFAULT)
    assert faults("experiments: {mine: null}")[0].startswith("experiments.mine: found null")


def test_a_removal_does_not_hide_other_faults():
    assert faults("{experiments: {article_a: null, mine: {epochs: 0}}, ladder: {rounds: 0}}") == [
        "experiments.mine.input_spaces: found nothing; allowed: this key must be given",
        "experiments.mine.epochs: found 0; allowed: at least 1",
        "ladder.rounds: found 0; allowed: at least 1",
    ]


def test_the_last_setting_stays():
    settings = dict.fromkeys(DEFAULT["cost_quality"]["settings"])
    (fault,) = faults(yaml.safe_dump({"cost_quality": {"settings": settings}}))
    assert fault == "cost_quality.settings: found {}; allowed: at least 1 value(s)"


@pytest.mark.parametrize(
    "path",
    [
        "data_dir",
        "scale.n_train",
        "scale.n_test",
        "silhouette.max_samples",
        "search.published_accuracy",
    ],
)
def test_a_key_that_may_be_null_takes_it_from_the_command_line(path):
    assert look_up(load_config(changed(path, "null")), path) is None


def test_the_command_removes_as_snakemake_does(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    first, second = tmp_path / "a.yaml", tmp_path / "b.json"
    first.write_text("experiments: {article_a: null, article_c_other_clusters: null}")
    assert main(["config/quick.yaml", str(first)]) == 0
    # The files given are laid over each other first, so the second leaves the entry as it was.
    second.write_text('{\n\t"experiments": {"article_a": {"epochs": 3}}\n}')
    assert main([str(first), str(second)]) == 0
    second.write_text('{"experiments": {"article_b": null}}')
    assert main([str(first), str(second)]) == 1
    assert "experiments.article_b: found null" in capsys.readouterr().err


def test_a_number_as_a_name_does_not_hide_a_misspelt_removal():
    known = list_entries([{"experiments": {70: {"epochs": 1}, "article_a": {}}}])
    (fault,) = find_unknown_removals({"experiments": ["article_b"]}, known)
    assert "null for one of ['article_a']" in fault
