"""Published figures beside those found in the tables of a run.

``model`` describes a claim of ``config/claims.yaml`` and its query, ``queries`` finds the figure in
the tables, ``evaluation`` judges it, ``rendering`` makes tables for readers.
"""

from mlplab.claims.evaluation import COLUMNS, evaluate_claims
from mlplab.claims.model import Claim, ClaimError, load_claims
from mlplab.claims.rendering import render_html, render_markdown

__all__ = [
    "COLUMNS",
    "Claim",
    "ClaimError",
    "evaluate_claims",
    "load_claims",
    "render_html",
    "render_markdown",
]
