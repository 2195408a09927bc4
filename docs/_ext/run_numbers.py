"""Roles and directives through which pages show what a run found; an unknown name is an error.

{run}`<number>`, {interval}`<number>`, {run}`<run> <number>`, {interval}`<run> <number>`
    a number of docs/run/shown.yaml, and its 95 % interval; of the described run, or of another
{fact}`<run> <fact>`
    when, where and from which commit a run of docs/run/ was made
{claim}`<id>`, {published}`<id>`, {verdict}`<id>`
    what the described run found for a claim, what is published, and what follows
{claims} <run>
    all claims of a run, or that it was not made yet
{finding} with the options date, machine and seen
    a result of one day, whose numbers no new run renews
"""

import csv
import json
from functools import cache, partial
from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from mlplab.reporting.claims.rendering import describe_found, describe_published, render_markdown
from mlplab.runtime.files import read_table

RUNS = Path(__file__).parents[1] / "run"


@cache
def shown_run():
    """The name of the run that the pages describe."""
    return yaml.safe_load((RUNS / "shown.yaml").read_text(encoding="utf-8"))["run"]


@cache
def numbers(run):
    with (RUNS / run / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@cache
def claims():
    rows = read_table(RUNS / shown_run() / "claims.csv")
    return {row["id"]: row for row in rows.to_dict("records")}


def find_number(column, words):
    *run, name = words.split()
    return numbers(*run or [shown_run()])[name][column]


def find_claim(describe, name):
    return describe(claims()[name])


def find_fact(words):
    run, fact = words.split()
    return str(json.loads((RUNS / run / "run.json").read_text(encoding="utf-8"))[fact])


def text_role(find):
    """A role that shows the text that ``find`` gives, and complains where there is none."""

    def role(name, rawtext, text, lineno, inliner, options=None, content=None):
        try:
            found = find(text)
        except (KeyError, OSError, ValueError):
            found = ""
        if not found:
            message = (
                f"{{{name}}}`{text}`: not found in docs/run; run `make docs-run`, or mend the name"
            )
            error = inliner.reporter.error(message, line=lineno)
            return [inliner.problematic(rawtext, rawtext, error)], [error]
        return [nodes.inline(rawtext, found, classes=["run-number"])], []

    return role


class Claims(SphinxDirective):
    """The ledger of a run; the name of the run is the argument."""

    required_arguments = 1

    def run(self):
        run = self.arguments[0]
        path = RUNS / run / "claims.csv"
        self.env.note_dependency(str(path))
        if not path.is_file():
            command = f"`make docs-run RUN={run}`"
            text = f"This run is not in the documentation yet: {command} adds a finished one."
        else:
            self.env.note_dependency(str(path.with_name("run.json")))
            text = describe(run) + "\n\n" + render_markdown(read_table(path))
        return self.parse_text_to_nodes(text)


def describe(run):
    """Where the figures of a run come from, in a sentence."""
    facts = json.loads((RUNS / run / "run.json").read_text(encoding="utf-8"))
    return (
        f"Run `{facts['run']}` of {facts['date']}, code of {facts['commit']}, on "
        f"{facts['processors']} cores of an {facts['processor']}; Python {facts['python']}, "
        f"NumPy {facts['numpy']}."
    )


class Finding(SphinxDirective):
    """A result of one day, with what a reader needs to judge it."""

    has_content = True
    option_spec = {  # noqa: RUF012
        "date": directives.unchanged_required,
        "machine": directives.unchanged_required,
        "seen": directives.unchanged_required,
    }

    def run(self):
        if missing := [name for name in self.option_spec if name not in self.options]:
            raise self.error(f"finding: found no {', '.join(missing)}; needed: date, machine, seen")
        origin = "{date} · {machine} · {seen}".format(**self.options)
        lines, messages = self.parse_inline(origin)
        box = nodes.container("", nodes.paragraph("", "", *lines, classes=["finding-origin"]))
        box["classes"] = ["finding"]
        box += self.parse_content_to_nodes()
        return [box, *messages]


def setup(app):
    app.add_role("run", text_role(partial(find_number, "text")))
    app.add_role("interval", text_role(partial(find_number, "interval")))
    app.add_role("fact", text_role(find_fact))
    app.add_role("claim", text_role(partial(find_claim, describe_found)))
    app.add_role("published", text_role(partial(find_claim, describe_published)))
    app.add_role("verdict", text_role(lambda name: claims()[name]["verdict"]))
    app.add_directive("claims", Claims)
    app.add_directive("finding", Finding)
    return {"parallel_read_safe": True}
