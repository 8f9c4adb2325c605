"""An extension of Sphinx that shows docstrings and signatures as their readers want them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sphinx.application import Sphinx

import sendcloud_orders
import sendcloud_orders_sandbox

from .errors import error_classes
from .names import FIXTURES

# Given to callers, never made by them: what they are made of is nobody's business.
GIVEN = (
    *error_classes(),
    sendcloud_orders.AsyncChanges,
    sendcloud_orders.AsyncCoalescing,
    sendcloud_orders.Changes,
    sendcloud_orders.Coalescing,
    sendcloud_orders_sandbox.Rules,
)
# A default that has no source, such as that of a factory.
_UNSPELT = re.compile(r"<[^<>]*(?:<[^<>]*>)?[^<>]*>(?=[,)])")


def show_code(app: Sphinx, what: str, name: str, found: object, options: object, lines: list[str]) -> None:
    """Make code of the indented blocks of a docstring, whose writers mark them by nothing else."""
    lines[:] = list(_with_code(lines))


def _with_code(lines: Iterable[str]) -> Iterable[str]:
    before, is_block = "", False
    for line in lines:
        indented = line.startswith("    ")
        if indented and not is_block and not before.strip():
            yield from (".. code-block:: python", "")
            is_block = True
        elif line.strip() and not indented:
            is_block = False
        yield line
        before = line


def show_signature(
    app: Sphinx, what: str, name: str, found: object, options: object, signature: str | None, answer: str | None
) -> tuple[str | None, str | None] | None:
    """Leave out what callers cannot give, and spell defaults so that they can be read."""
    if found in GIVEN or name.startswith(f"{FIXTURES}."):
        return "", None
    return (signature and _UNSPELT.sub("...", signature), answer)


def setup(app: Sphinx) -> dict[str, Any]:
    """Load the extension."""
    app.connect("autodoc-process-docstring", show_code)
    app.connect("autodoc-process-signature", show_signature)
    return {"parallel_read_safe": True}
