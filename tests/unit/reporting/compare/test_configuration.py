from hypothesis import given
from hypothesis import strategies as st

from mlplab.reporting.compare.configuration import differing_keys
from mlplab.reporting.compare.sections import ABSENT

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
CONFIGS = st.dictionaries(st.text(min_size=1, max_size=4), VALUES, max_size=4)


def differences(*configs):
    return list(differing_keys(configs))


def test_a_key_is_named_by_its_path():
    one, other = {"train": {"keras": {"l2": 0.01}}}, {"train": {"keras": {"l2": 0.0}}}
    assert differences(one, other) == [("train.keras.l2", "0.01", "0.0")]


def test_a_key_that_a_run_lacks_differs_from_null():
    assert differences({"a": None}, {}, {"a": None}) == [("a", "null", ABSENT, "null")]


def test_a_long_list_is_told_by_what_is_not_shared():
    one, other = list(range(30)), [*range(29), 40, 50]
    assert differences({"k": one}, {"k": other}) == [
        ("k", "30 entries, not shared: 29", "31 entries, not shared: 40, 50")
    ]
    assert differences({"k": [1, 2]}, {"k": [1, 3]}) == [("k", "[1, 2]", "[1, 3]")]


def test_a_long_list_in_another_order_is_shown_whole():
    ((_, one, other),) = differences({"k": list(range(8))}, {"k": list(range(7, -1, -1))})
    assert (one, other) == ("[0, 1, 2, 3, 4, 5, 6, 7]", "[7, 6, 5, 4, 3, 2, 1, 0]")


def test_entries_of_a_list_of_sections_are_compared_one_by_one():
    one, other = {"s": [{"a": 1}, {"b": 2}]}, {"s": [{"a": 1}, {"b": 3}]}
    assert differences(one, other) == [("s.1.b", "2", "3")]


def test_the_names_of_the_runs_are_no_difference():
    assert differences({"run": "a", "seeds": [1]}, {"run": "b", "seeds": [1]}) == []


@given(CONFIGS)
def test_a_configuration_differs_from_its_copy_in_nothing(config):
    assert differences(config, config) == []


@given(CONFIGS, CONFIGS)
def test_the_order_of_the_runs_changes_the_columns_only(one, other):
    there = {key: values for key, *values in differences(one, other)}
    back = {key: values[::-1] for key, *values in differences(other, one)}
    assert there == back
