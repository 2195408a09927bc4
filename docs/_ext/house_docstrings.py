"""Docstrings as this project writes them, for numpydoc.

A parameter stands here as ``name : meaning``, where numpydoc expects ``name : type`` and the
meaning in the lines below.
"""

import re

SECTIONS = ("Parameters", "Attributes")
ENTRY = re.compile(r"^(\*{0,2}\w[\w, *<>]*) : (.+)$")


def put_meanings_below(app, what, name, obj, options, lines):
    section, found = "", []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if below and set(below) == {"-"}:
            section = line
        entry = ENTRY.match(line) if section in SECTIONS else None
        found += [entry[1], f"    {entry[2]}"] if entry else [line]
    lines[:] = found


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", put_meanings_below, priority=100)
    return {"parallel_read_safe": True}
