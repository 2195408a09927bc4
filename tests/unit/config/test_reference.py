"""The schemas and the reference page say what the models say."""

import json
import re
import shutil

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from mlplab.config.loading import load_config
from mlplab.config.names import COLLECTIONS
from mlplab.config.reference import main, render_files, render_reference
from mlplab.config.schema import claims_schema, config_schema, datasets_schema, file_schema
from mlplab.config.workflow import WorkflowConfig
from mlplab.data.registry import DatasetSpec
from mlplab.reporting.claims.model import Claim
from tests.conftest import ROOT
from tests.unit.config.test_loading import DEFAULT, changed, merged

FILES = render_files(DEFAULT)
PAGE = FILES["docs/generated/configuration.md"]
# The files in config/ with the name of their schema.
SCHEMAS = {
    "config": ("schema.json", file_schema()),
    "quick": ("schema.json", file_schema()),
    "small": ("schema.json", file_schema()),
    "article": ("schema.json", file_schema()),
    "datasets": ("datasets.schema.json", datasets_schema()),
    "claims": ("claims.schema.json", claims_schema()),
}


def models_of(annotation, found=None):
    """All models that a type is made of."""
    found = {} if found is None else found
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in found:
            found[annotation] = None
            for field in annotation.model_fields.values():
                models_of(field.annotation, found)
    else:
        for argument in getattr(annotation, "__args__", ()):
            models_of(argument, found)
    return list(found)


@pytest.mark.parametrize(
    "model",
    [model for top in (WorkflowConfig, DatasetSpec, Claim) for model in models_of(top)],
    ids=lambda model: model.__name__,
)
def test_every_field_of_every_model_is_described(model):
    assert model.__doc__
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("path", FILES)
def test_generated_files_are_those_of_the_models(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text == FILES[path], f"{path} differs from the models; write it with `make schema`"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_projects_own_files_name_their_schema_and_meet_it(name):
    text = (ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")
    file, schema = SCHEMAS[name]
    assert text.startswith(f"# yaml-language-server: $schema={file}\n")
    assert json.loads((ROOT / "config" / file).read_text(encoding="utf-8")) == schema
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("colour", "red"),
        ("run", "a/b"),
        ("seeds", []),
        ("seeds", [1, 1]),
        ("train.epochs", 0),
        ("networks.article_a.momentum", 1),
        ("transform.k_values", ["all"]),
        ("search.space.l2", [0.1]),
        ("cluster.algorithm", "fast"),
        ("experiments.a b", {}),
        ("experiments.article_a.input_spaces", ["clusters"]),
    ],
)
def test_editors_see_what_the_models_refuse(path, value):
    assert not jsonschema.Draft202012Validator(file_schema()).is_valid(changed(path, value))


@pytest.mark.parametrize(
    "path", ["experiments.article_a", "networks.article_a", "cost_quality.settings.lloyd"]
)
def test_editors_accept_null_for_an_entry_in_a_file(path):
    removal = changed(path, None)
    assert jsonschema.Draft202012Validator(file_schema()).is_valid(removal)
    assert not jsonschema.Draft202012Validator(config_schema()).is_valid(removal)


def test_the_example_of_the_page_is_a_file_that_may_be_laid_over():
    (example,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.S)
    experiments = load_config(merged(DEFAULT, yaml.safe_load(example))).experiments
    assert {*DEFAULT["experiments"]} - {*experiments} == {
        "article_c_other_clusters",
        "distance_scalings",
    }


def test_the_schema_of_files_lets_keys_out_that_a_complete_configuration_needs():
    part = {key: DEFAULT[key] for key in ("run", "train")}
    assert jsonschema.Draft202012Validator(config_schema()).is_valid(DEFAULT)
    assert not jsonschema.Draft202012Validator(config_schema()).is_valid(part)
    assert jsonschema.Draft202012Validator(file_schema()).is_valid(part)


def test_the_page_describes_every_key_once():
    def paths(value, path=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                is_named = path in COLLECTIONS
                yield from paths(inner, f"{path}.{'<name>' if is_named else key}".lstrip("."))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from paths(value[0], f"{path}[ ]")
        else:
            yield path

    for path in set(paths(DEFAULT)):
        assert PAGE.count(f"\n| `{path}` | ") == 1, path


def look_up(path):
    value = DEFAULT
    for key in path.split("."):
        value = value[key]
    return value


def test_every_printed_default_is_the_value_in_the_default_file():
    rows = re.findall(r"^\| `([^`]+)` \| .+? \| .*? \| (`[^`]+`|must be given) \|", PAGE, re.M)
    assert len(rows) == len(re.findall(r"^\| `[^`]+` \|.*\|.*\|.*\|.*\|$", PAGE, re.M))
    of_experiments = DEFAULT["experiment_defaults"]
    for path, default in rows:
        *sections, key = path.split(".")
        if sections == ["experiments", "<name>"] and key in of_experiments:
            assert yaml.safe_load(default.strip("`")) == of_experiments[key], path
        elif "<name>" in path or "[ ]" in path:
            assert default == "must be given", path
        else:
            found = yaml.safe_load(default.strip("`"))
            wanted = look_up(path)
            assert (float(found) if isinstance(wanted, float) else found) == wanted, path


def test_a_section_of_sections_alone_has_no_table_of_its_own():
    key = {"type": "integer", "description": "how many"}
    inner = {"description": "Inside.", "properties": {"k": key}}
    outer = {"$ref": "#/$defs/Outer", "description": "both"}
    outer_model = {
        "description": "Outside. And more.",
        "properties": {"inner": {"$ref": "#/$defs/Inner", "description": "one"}},
    }
    page = render_reference(
        {"properties": {"outer": outer}, "$defs": {"Outer": outer_model, "Inner": inner}},
        {"outer": {"inner": {"k": 3}}},
    )
    assert "\n## outer\n\nOutside.\n\n### `outer.inner`\n\nInside.\n" in page
    assert page.count("| key | type | allowed |") == 1
    assert "| `outer.inner.k` | whole number |  | `3` |" in page


def test_rows_tell_type_limits_default_and_meaning():
    for row in (
        "| `networks.<name>.momentum` | number | ≥ 0 and &lt; 1 | must be given | share of the",
        "| `experiments.<name>.batch_size` | whole number | ≥ 1 | `500` |",
        "| `benchmark.variants` | `all` or list of names | each one of `numpy`,",
        "| `transform.k_values` | list of whole numbers or `auto` | each ≥ 2; at least one; none",
        "| `scale.n_train` | whole number or `null` | ≥ 1 | `null` | number of",
        "| `search.space.l2` | 2 numbers | each > 0, the smaller first | `[0.001, 0.3]` |",
        "| `experiment_defaults.exclusive` | `true` or `false` |  | `false` |",
    ):
        assert row in PAGE


def test_files_are_written_in_the_project_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main() == 2
    assert "config/config.yaml: not found" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    for path in ("config", "docs"):
        (tmp_path / path).mkdir()
    shutil.copy(ROOT / "config" / "config.yaml", tmp_path / "config")
    assert main() == 0
    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in FILES} == FILES
