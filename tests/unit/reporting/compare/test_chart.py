import re
import xml.etree.ElementTree as ElementTree

import pytest

from mlplab.reporting.compare.chart import draw_changes
from mlplab.reporting.compare.sections import Dot


def drawn(*dots):
    return ElementTree.fromstring(draw_changes(dots, "chart"))


def test_without_ratios_there_is_no_chart():
    assert draw_changes([], "chart") == ""


def test_every_ratio_is_drawn_and_says_what_it_is():
    chart = drawn(Dot("keras", 1.3, True, "<b>"), Dot("keras", 1.0, False, "b"))
    assert [title.text for title in chart.findall("*/title")] == ["<b>", "b"]
    assert len(chart.findall("path")) == len(chart.findall("circle")) == 1


@pytest.mark.parametrize("factor", [1.0001, 1.3, 20.0, 0.01])
def test_a_change_and_its_inverse_lie_as_far_from_the_middle(factor):
    one, other = (
        float(circle.get("cx"))
        for circle in drawn(Dot("a", factor, False, ""), Dot("a", 1 / factor, False, "")).findall(
            "circle"
        )
    )
    line = float(drawn(Dot("a", factor, False, "")).find("line[@class='one']").get("x1"))
    assert one - line == pytest.approx(line - other, abs=0.11)
    assert 186 <= min(one, other) <= max(one, other) <= 520


def test_a_long_name_is_cut_on_the_left():
    texts = [text.text for text in drawn(Dot("x" * 80, 1.0, False, "")).findall("text")]
    assert any(re.fullmatch("x{25}…", text) for text in texts)
