"""All parts of a comparison of runs, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence

from mlplab.reporting.compare.accuracies import compare_accuracies
from mlplab.reporting.compare.configuration import compare_configurations
from mlplab.reporting.compare.loading import Run
from mlplab.reporting.compare.origin import compare_code, compare_machines, compare_versions
from mlplab.reporting.compare.ratio_section import compare_ratios
from mlplab.reporting.compare.ratios import TABLES
from mlplab.reporting.compare.sections import Section
from mlplab.reporting.compare.verdicts import compare_verdicts


def compare_runs(runs: Sequence[Run]) -> list[Section]:
    """What changed between runs, then what came out differently.

    Ratios and accuracies of each later run are compared with those of the first.
    """
    return [
        compare_configurations(runs),
        compare_code(runs),
        compare_versions(runs),
        compare_machines(runs),
        compare_verdicts(runs),
        *(compare_ratios(runs, table) for table in TABLES),
        compare_accuracies(runs),
    ]
