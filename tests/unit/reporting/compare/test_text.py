from hypothesis import given
from hypothesis import strategies as st

from mlplab.reporting.compare.sections import Grid, Section
from mlplab.reporting.compare.text import printable, render_text
from mlplab.reporting.web.tables import Cell

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


def lines_of(grid, width=80):
    return render_text([Section("Title", ["One sentence."], [grid])], width).splitlines()


def test_numbers_stand_to_the_right_and_words_to_the_left():
    grid = Grid("Sizes", ("name", "size"), [("a", Cell("9", 9)), ("longer", Cell("10", 10))])
    assert lines_of(grid)[5:8] == ["  name    size", "  a          9", "  longer    10"]


def test_a_long_cell_goes_on_in_the_next_line():
    grid = Grid("Keys", ("key", "value"), [("k", "some words " * 8)])
    lines = lines_of(grid, 40)
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines[6:]).split()) == "k " + ("some words " * 8).strip()


def test_words_give_way_before_numbers():
    figure = "0.454 (0.432 to 0.477)"
    grid = Grid("Times", ("measured", "a"), [("some words " * 8, Cell(figure, 0.454))])
    lines = lines_of(grid, 50)
    assert max(map(len, lines)) <= 50
    assert lines[6].endswith(f"  {figure}")


def test_rows_beyond_the_first_are_counted():
    rows = [(str(number),) for number in range(40)]
    assert lines_of(Grid("Rows", ("n",), rows, rows[:3]))[-1] == (
        "  (28 more rows, 3 without a notable difference: see the page)"
    )
    assert lines_of(Grid("Rows", ("n",), [], rows))[-1] == (
        "  none (40 without a notable difference: see the page)"
    )
    assert lines_of(Grid("Rows", ("n",), []))[-1] == "  none"


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5), st.integers(60, 100))
def test_no_cell_makes_a_line_too_long_or_commands_the_terminal(rows, width):
    text = render_text([Section("Title", ["One."], [Grid("Rows", ("a", "b", "c"), rows)])], width)
    lines = text.split("\n")
    assert max(map(len, lines)) <= width
    assert all(line.isprintable() for line in lines)


def test_what_commands_the_terminal_is_an_escape():
    assert printable("a\x1b[2J\u202eb") == "a\\x1b[2J\\u202eb"
