"""How ratios changed between two runs, as a chart of dots: a row per variant."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from mlplab.reporting.compare.ratios import ALIKE
from mlplab.reporting.compare.sections import Dot

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 520, 186, 20, 30, 34
# Factors that a tick may stand at; those that the axis holds are drawn.
_TICKS = (1 / 8, 1 / 4, 1 / 2, 1 / 1.5, 1 / ALIKE, 1.0, ALIKE, 1.5, 2.0, 4.0, 8.0)
_LONGEST_LABEL = 26


def draw_changes(dots: Sequence[Dot], name: str) -> Markup:
    """An SVG with a dot per ratio on a logarithmic axis; empty without dots.

    Dots that differ have another shape as well as another colour. Each tells what it is when the
    mouse rests on it; the tables hold the same.
    """
    if not dots:
        return Markup()
    reach = max(math.log(2 * ALIKE) / 2, *(abs(math.log(dot.factor)) for dot in dots)) * 1.08
    rows = list(dict.fromkeys(dot.row for dot in dots))
    height = _TOP + _ROW * len(rows) + 34

    def across(factor: float) -> float:
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        return middle + math.log(factor) / reach * (_WIDTH - _RIGHT - _LEFT) / 2

    bottom = _TOP + _ROW * len(rows)
    parts = [
        Markup('<rect class="band" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
            across(1 / ALIKE), _TOP, across(ALIKE) - across(1 / ALIKE), bottom - _TOP
        )
    ]
    for tick in _TICKS:
        if abs(math.log(tick)) < reach:
            kind = Markup(' class="one"') if tick == 1.0 else ""
            place = f"{across(tick):.1f}"
            parts.append(
                Markup('<line{} x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                    kind, place, place, _TOP, bottom
                )
            )
            parts.append(
                Markup('<text x="{}" y="{}" text-anchor="middle">× {:.3g}</text>').format(
                    place, bottom + 18, tick
                )
            )
    for index, row in enumerate(rows):
        middle = _TOP + _ROW * (index + 0.5)
        label = row if len(row) <= _LONGEST_LABEL else row[: _LONGEST_LABEL - 1] + "…"
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
                _LEFT - 12, middle + 4, label
            )
        )
        parts += [_draw(dot, across(dot.factor), middle) for dot in dots if dot.row == row]
    return Markup(
        '<svg class="changes" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">'
        '<title id="{}">Changes of {} ratios; the band is {} to {} times</title>'
        '<text x="0" y="18">second run over first; ◆ beyond the band or different by the test'
        "</text>{}</svg>"
    ).format(
        _WIDTH,
        height,
        name,
        name,
        len(dots),
        f"{1 / ALIKE:.2f}",
        ALIKE,
        Markup("").join(parts),
    )


def _draw(dot: Dot, x: float, y: float) -> Markup:
    if dot.notable:
        shape = Markup('<path class="differs" d="M{:.1f} {:.1f}l6 6l-6 6l-6 -6z">').format(x, y - 6)
        end = Markup("</path>")
    else:
        shape = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4.5">').format(x, y)
        end = Markup("</circle>")
    return shape + Markup("<title>{}</title>").format(dot.words) + end
