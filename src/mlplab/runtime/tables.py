"""Tables that say what they hold: each column is described beside the code that fills it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table of a run, ``results/<run>/tables/<name>.csv``.

    Attributes
    ----------
    name : name of the file, without its suffix; ``<K>`` in it stands for a number or name
    rows : what a row is, for instance "a row per K and seed"
    columns : meaning of every column, by its name, in the order of the file. A name may hold
        placeholders, as in ``mean_abs_weight_L<layer>``, where their number depends on the run
    notes : what else a reader should know, in Markdown

    Examples
    --------
    >>> import pandas as pd
    >>> sizes = Table("sizes", "a row per cluster", {"cluster": "number", "size": "images"})
    >>> sizes.arrange(pd.DataFrame({"size": [3], "cluster": [0], "other": [1]}))
       cluster  size
    0        0     3
    """

    name: str
    rows: str
    columns: Mapping[str, str]
    notes: str = field(default="")

    def arrange(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The described columns of ``frame``, in their order.

        Raises
        ------
        ValueError
            A column is missing.
        """
        wanted: list[str] = []
        for column in self.columns:
            pattern = re.sub("<[^>]*>", ".+", re.escape(column))
            found = [name for name in frame.columns if re.fullmatch(pattern, name)]
            if not found:
                raise ValueError(
                    f"table {self.name}: found no column {column}; there are "
                    f"{', '.join(map(str, frame.columns))}"
                )
            wanted += [name for name in found if name not in wanted]
        return frame[wanted]
