"""The study page from a run's folder, and its answers for the first page of Snakemake's report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from markupsafe import Markup, escape

from mlplab.reporting.citation import Citation, CitationError, read_citation
from mlplab.reporting.study.claims import (
    StripCell,
    VerdictCount,
    count_verdicts,
    is_tested,
    make_strip,
    read_claims,
    select_by_tables,
)
from mlplab.reporting.study.content import Content, Figure, MissingPartError
from mlplab.reporting.study.inks import ink_styles
from mlplab.reporting.study.origin import describe_origin
from mlplab.reporting.study.run import Run, load_run
from mlplab.reporting.study.sections import (
    best_network,
    clusters,
    distances,
    keras_accuracy,
    keras_speed,
    optimisations,
    published,
    threads,
)
from mlplab.reporting.styles import Style
from mlplab.reporting.web.rendering import render_page

SECTIONS: tuple[ModuleType, ...] = (
    keras_speed, optimisations, threads, clusters, distances, best_network, keras_accuracy,
    published,
)  # fmt: skip

_FOLDER = Path(__file__).parent
# The version of Vega-Lite that Altair writes, without its last part.
_VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]


@dataclass(frozen=True)
class Section:
    """A question, and what the run says to it: content, or the reason why there is none.

    ``left_out`` are reasons for parts of the content that are missing.
    """

    id: str
    question: str
    short: str
    content: Content | None
    reason: str
    left_out: list[str]
    claims: list[tuple[str, str]]
    tables: list[str]


@dataclass(frozen=True)
class Study:
    """All that the page shows."""

    run: Run
    sections: list[Section]
    strip: list[StripCell]
    score: list[VerdictCount]
    origin: Mapping[str, str]

    @property
    def is_judged(self) -> bool:
        """Whether the run tests a claim."""
        return is_tested(self.score)


def make_study(
    folder: Path, styles: Mapping[str, Style], config: Mapping[str, Any] | None = None
) -> Study:
    """Answer all questions from a run's folder.

    Parameters
    ----------
    folder : of the run, such as ``results/default``; it may be half finished or of an earlier
        version: what is missing is told at its place
    styles : label, color, marker and linestyle of variants, by name
    config : the run's configuration, by default that in its folder

    Raises
    ------
    RunError
        The folder holds no table.
    """
    run = load_run(folder, styles, config)
    try:
        claims = read_claims(run.tables)
    except MissingPartError:
        claims = None
    sections = []
    for module in SECTIONS:
        content, reason = answer_question(module, run)
        sections.append(
            Section(
                module.ID,
                module.QUESTION,
                module.SHORT,
                content,
                reason,
                [*dict.fromkeys(run.tables.left_out)] if content is not None else [],
                [] if claims is None else select_by_tables(claims, module.TABLES),
                [name for name in module.TABLES if name in run.tables.frames],
            )
        )
    return Study(
        run,
        sections,
        [] if claims is None else make_strip(claims),
        [] if claims is None else count_verdicts(claims),
        describe_origin(run.records),
    )


def answer_question(module: ModuleType, run: Run) -> tuple[Content | None, str]:
    """What a run says to the question of a section, or None and the reason."""
    run.tables.left_out.clear()
    try:
        return module.tell(run), ""
    except MissingPartError as error:
        return None, str(error)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        # Columns are there, but hold something that no version of the tables does.
        kind = type(error).__name__
        return (
            None,
            f"the tables hold something unexpected ({kind}: {' '.join(str(error).split())})",
        )


def render_study(study: Study) -> str:
    """The page as HTML: one file that loads nothing."""
    figures = [
        figure
        for section in study.sections
        if section.content is not None
        for figure in section.content.figures
    ]
    drawn = {figure.id: Markup(_draw(figure)) for figure in figures}
    return render_page(
        _FOLDER / "study.html.j2",
        {
            "study": study,
            "machine": [(name, text) for name, text in study.origin.items() if name != "libraries"],
            "libraries": study.origin.get("libraries", ""),
            "glue": _glue,
            "citation": _citation(),
            "asked": describe_question(study.run),
            "articles": ARTICLES,
            "drawn": drawn,
            "headlines": [
                (section.id, section.content.headline)
                for section in study.sections
                if section.content is not None and section.content.headline is not None
            ],
        },
        styles=[_read("study.css"), ink_styles("".join(drawn.values()))],
        scripts=[_charting_code(), _read("charts.js")] if figures else [],
        data={"charts": {figure.id: figure.spec for figure in figures}} if figures else {},
    )


def describe_question(run: Run) -> str:
    """What was asked, and of which images, in one paragraph."""
    data = run.setting("dataset")
    name = data if isinstance(data, str) else "your own images"
    name = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}.get(name, name)
    some = run.setting("scale", "n_train")
    part = f"the first {some:,} training images" if isinstance(some, int) else "all images"
    return (
        "Three articles of 2020, of one blog, trained small neural networks on the MNIST images of "
        "handwritten digits (784 pixels, ten classes). The network in NumPy has 784 inputs (or K "
        "distances), hidden layers of 70 and 30 nodes and 10 outputs, with sigmoids throughout; it "
        "learns by gradient descent. "
        f"This run of the workflow mlplab repeated their experiments on {name} ({part})."
        f"{_describe_images(run)}"
    )


def _describe_images(run: Run) -> str:
    """Pixels and classes of the run's images, where they are not those of MNIST."""
    history = run.tables.frames.get("training_history", pd.DataFrame())
    confusion = run.tables.frames.get("confusion", pd.DataFrame())
    if not {"input_space", "n_features"} <= {*history} or "label" not in confusion:
        return ""
    pixels = history.loc[history["input_space"] == "pixels", "n_features"].unique()
    classes = confusion["label"].nunique()
    if len(pixels) != 1 or (pixels[0], classes) == (784, 10):
        return ""
    return (
        f" Each of its images has {int(pixels[0]):,} pixels, and there are {classes} classes; the "
        "network has as many inputs and outputs."
    )


# What the page calls the articles and what they hold; their authors and addresses are not known.
ARTICLES = {
    "Article A": "makes a network in NumPy faster, until it comes close to a Keras model (the "
    "“Keras reference model”). Part I has “both optimisations”: float32, and a shorter backward "
    "pass. Part II stores the bias with the input and arrays in a better order. Part III corrects "
    "the backward pass.",
    "Article B": "gets Keras to run with TensorFlow 2 and tries thread limits, and compilation of "
    "a deeper network with XLA.",
    "Article C": "replaces the pixels by distances to K cluster centres, and finds that the "
    "network learns several times faster than its “reference run”, 600 epochs on pixels.",
}


def _citation() -> Citation | None:
    """How to cite the workflow; None where the library was installed without ``CITATION.cff``."""
    try:
        return read_citation()
    except CitationError:
        return None


def _glue(text: str) -> str:
    """With per cent signs that stay beside their numbers."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _draw(figure: Figure) -> str:
    """A chart as an SVG that scales with the page."""
    try:
        svg: str = vl_convert.vegalite_to_svg(dict(figure.spec), vl_version=_VEGA_LITE)
    except ValueError as error:
        return f'<p class="notice">This figure cannot be drawn: {escape(error)}</p>'
    head, rest = svg[svg.index("<svg") :].split(">", 1)
    box = re.search(r'viewBox="([^"]*)"', head)
    assert box is not None  # Vega always writes one
    return f'<svg viewBox="{box[1]}" aria-hidden="true">{rest}'


def _charting_code() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script, which defines ``vegaEmbed``."""
    code: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", _VEGA_LITE)
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def answers_as_text(study: Study) -> str:
    """Questions, answers and machine in reStructuredText, for Snakemake's report."""
    lines = ["What was found", "--------------", ""]
    for section in study.sections:
        content = section.content
        answer = f"Left out: {section.reason}." if content is None else content.answer
        lines += [_escape(section.question), f"    {_escape(answer)}", ""]
    lines += ["On which machine", "----------------", ""]
    lines += [".. list-table::", "   :widths: 20 80", ""]
    for name, text in study.origin.items():
        lines += [f"   * - {_escape(name)}", f"     - {_escape(text)}"]
    return "\n".join([*lines, ""])


def _escape(text: str) -> str:
    """Without what reStructuredText reads as markup within a line."""
    return "".join(f"\\{c}" if c in r"\*`|_<>" else c for c in text)
