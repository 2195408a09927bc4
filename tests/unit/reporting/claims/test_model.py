import pytest
import yaml

from mlplab.reporting.claims.expressions import Arithmetic
from mlplab.reporting.claims.loading import load_claims
from mlplab.reporting.claims.model import Claim, ClaimError, Includes
from tests.unit.reporting.claims.conftest import ENTRY, entry


def write(folder, *entries):
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump(list(entries)))
    return path


def test_claims_are_read_with_all_their_parts(tmp_path):
    requires = {"dataset": "mnist", "sizes": {"includes": [5, 6]}}
    (claim,) = load_claims(write(tmp_path, entry(requires=requires)))
    assert claim.requires == {"dataset": "mnist", "sizes": Includes(includes=(5, 6))}
    assert claim.allowed_range == (0.25, 1.0)
    assert claim.value.named_columns() == {"history": {"accuracy", "epoch", "seed"}}


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        (
            {
                "ratio": [
                    {"table": "history", "column": "seconds", "where": {"epoch": 3}},
                    {"table": "history", "column": ["cost", "gap"], "per": "seed"},
                ]
            },
            {"history": {"seconds", "epoch", "cost", "gap", "seed"}},
        ),
        (
            {
                "difference": [
                    {"table": "history", "column": "seconds"},
                    {"table": "summary", "column": "cost", "take": "max", "at": "k"},
                ]
            },
            {"history": {"seconds"}, "summary": {"cost", "k"}},
        ),
        (
            {"r_squared": {"table": "sweep", "x": "k", "y": "seconds", "per": "seed"}},
            {"sweep": {"k", "seconds", "seed"}},
        ),
    ],
)
def test_a_claim_names_the_columns_it_reads(value, columns):
    assert Claim.model_validate(ENTRY | {"value": value}).value.named_columns() == columns


def test_all_faults_of_the_file_are_told_at_once(tmp_path):
    wrong = [
        entry(id="A", kind="guess", colour="red"),
        entry(id="B", value={"tabel": "history"}),
        entry(id="C", value={"take": "best"}),
        {"id": "D", "article": "A"},
        entry(id="E", requires={"sizes": {"includes": [1], "excludes": [2]}}),
    ]
    with pytest.raises(ClaimError) as caught:
        load_claims(write(tmp_path, *wrong))
    said = str(caught.value)
    for words in (
        "A: kind: Input should be 'statistical'",
        "A: colour: Extra inputs are not permitted (found 'red')",
        "B: value.query.tabel: Extra inputs",
        "C: value.query.take: Input should be 'single'",
        "D: statement: Field required",
        "E: requires",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"published": 0.0}, "tolerance: must be absolute where the figure or bound is not posi"),
        ({"published": -1.0}, "tolerance: must be absolute where the figure or bound is not posi"),
        ({"tolerance_reason": ""}, "X: Value error, tolerance_reason: must be given"),
        (
            {"kind": "statement", "words": "little", "bound": 1.0},
            "bound_reason: must be given; published: not allowed for kind 'statement'; tolerance_r",
        ),
        ({"bound": 1.0}, "bound: not allowed for kind 'machine'"),
        ({"restates": "Y"}, r"\['X'\] name under restates no claim that is counted"),
        ({"beside": "Y"}, r"\['X'\] name under beside no claim that is counted"),
        ({"beside": "Y", "restates": "Z"}, "beside: not allowed with restates"),
        ({"published": None}, "published: must be given"),
        ({"reason": "no GPU"}, "reason: allowed only for kind 'not testable here'"),
        ({"kind": "not testable here"}, "reason: must say why.*value: allowed only for what"),
        ({"better": "higher", "comparison": "at most"}, "better: allowed only for comparison"),
        ({"value": {"at": "epoch"}}, "at: allowed with take: min or take: max only"),
        ({"value": {"interval": "ci", "per": "seed"}}, "interval: allowed only where"),
        ({"value": {"interval": "ci", "take": "mean"}}, "interval: allowed only where"),
        (
            {"kind": "statistical", "value": {"interval": "ci", "per": None, "take": "single"}},
            "value.interval: not allowed for kind 'statistical'",
        ),
        ({"value": {"quiet": True, "per": None}}, "quiet: allowed with per only"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(tmp_path, changes, fault):
    with pytest.raises(ClaimError, match=fault):
        load_claims(write(tmp_path, entry(**changes)))


def test_an_id_is_used_once(tmp_path):
    with pytest.raises(ClaimError, match=r"\['X'\] more than once"):
        load_claims(write(tmp_path, entry(), entry()))


def test_a_file_that_is_no_list_of_claims_is_refused(tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text("id: X")
    with pytest.raises(ClaimError, match="the file: Input should be a valid list"):
        load_claims(path)
    path.write_text("- {id: X")
    with pytest.raises(ClaimError, match=r"claims\.yaml: cannot be read"):
        load_claims(path)
    with pytest.raises(ClaimError, match="cannot be read"):
        load_claims(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("text", "number"), [("49.5 / 11.06", 4.4756), ("2 * (3 + 4) - 1", 13), ("784*70", 54_880)]
)
def test_figures_of_the_articles_are_put_together(text, number):
    value = Arithmetic(arithmetic=text)
    assert value.number == pytest.approx(number, rel=1e-4)
    assert value.named_columns() == {}
    assert str(value) == f"figures of the articles: {text}"


@pytest.mark.parametrize("text", ["1 / 0", "__import__('os')", "2 ** 9", "1 +", "True", "'a' * 9"])
def test_all_else_is_no_arithmetic(text):
    with pytest.raises(ValueError, match="must be numbers"):
        Arithmetic(arithmetic=text)


def test_arithmetic_is_by_construction_alone(tmp_path):
    wrong = entry() | {"value": {"arithmetic": "1 + 1"}}
    with pytest.raises(ClaimError, match="arithmetic: allowed only for kind 'by construction'"):
        load_claims(write(tmp_path, wrong))
    (claim,) = load_claims(write(tmp_path, wrong | {"kind": "by construction"}))
    assert not claim.is_counted
