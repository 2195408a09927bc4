"""Colours of charts and verdicts, lightened where the page is dark."""

from __future__ import annotations

import re

from mlplab.reporting.claims.evaluation import VERDICTS
from mlplab.reporting.claims.rendering import COLOURS
from mlplab.reporting.study.contrast import lighten


def ink_styles(drawn: str) -> str:
    """CSS: a variable for every colour that the charts name, and a class for every verdict."""
    colours = sorted(set(re.findall(r"--ink-([0-9a-f]{6})", drawn)))
    light = "".join(f"--ink-{colour}:#{colour};" for colour in colours)
    dark = "".join(f"--ink-{colour}:#{lighten(colour)};" for colour in colours)
    verdicts = "".join(
        f"td.v{place}{{box-shadow:inset 0.5rem 0 {COLOURS[verdict]};padding-left:1.1rem}}"
        for place, verdict in enumerate(VERDICTS)
    )
    return (
        f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
        f"@media print{{:root{{{light}}}}}{verdicts}"
    )
