"""Pages of one file: template, style, scripts and data together, and nothing loaded from outside.

A page of its own extends ``base.html.j2`` (blocks ``title``, ``header``, ``navigation``, ``main``
and ``footer``) and may import the macro ``data_table`` from ``tables.html.j2``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).parent


def render_page(
    template: Path,
    values: Mapping[str, Any],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
) -> str:
    """The HTML of a page. Values are escaped unless they are :class:`markupsafe.Markup`.

    Parameters
    ----------
    template : a Jinja2 template that extends ``base.html.j2``
    values : what the template names
    styles : CSS beside that of all pages
    scripts : JavaScript that runs after that of all pages, in this order
    data : what scripts read, by the id of the element that holds it as JSON

    Raises
    ------
    jinja2.UndefinedError
        The template names a value that is not there.
    """
    environment = Environment(
        loader=FileSystemLoader([template.parent, _FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    codes = [_read("page.js"), *scripts]
    blocks = {name: _as_json(content) for name, content in (data or {}).items()}
    return environment.get_template(template.name).render(
        **values,
        page_styles=Markup("\n".join([_read("style.css"), *styles])),
        page_scripts=[Markup(code) for code in codes],
        page_data={name: Markup(text) for name, text in blocks.items()},
        page_policy=_policy(codes),
    )


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _as_json(content: Any) -> str:
    """JSON that cannot end the element that holds it, whatever strings say."""
    return json.dumps(content, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _policy(codes: Sequence[str]) -> str:
    """A Content-Security-Policy: these scripts alone run, and nothing is loaded or sent.

    Raises
    ------
    ValueError
        A script would end its element.
    """
    hashes = []
    for code in codes:
        if "</script" in code.lower() or "<!--" in code:
            raise ValueError("a script of the page holds </script or <!--; write it another way")
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        hashes.append(f"'sha256-{digest}'")
    return (
        f"default-src 'none'; script-src {' '.join(hashes)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
