"""An extension of Sphinx that makes links of names.

Inline code that is a public name, a rule of the ledger or a command becomes a link to its reference, and so does a rule
in plain text. What looks like one and is none is a warning. In signatures types are linked under their public names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from ledger import RULES
from sendcloud_orders_cli.program import COMMANDS

from . import names

_log = logging.getLogger(__name__)
_COMMANDS_PAGE = "reference/command-line"
# It tells of names that may be gone.
_HISTORY = "project/changelog"
_ID = re.compile(r"(?<![\w-])[A-Z]+(?:-[A-Z]+)+(?![\w-])")
# Where a link would be a link in a link, or is not read as text.
_UNLINKED = (
    nodes.title,
    nodes.reference,
    nodes.literal_block,
    nodes.raw,
    addnodes.pending_xref,
    addnodes.desc_signature,
)


class LinkNames(SphinxTransform):
    """Links the names of one page."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Look at each type, each piece of inline code, and at the rules in plain text."""
        if self.env.docname == _HISTORY:
            return
        for reference in list(self.document.findall(addnodes.pending_xref)):
            # Here, for Sphinx would look for a built-in name such as `type` among our own attributes.
            if reference["refdomain"] == "py" and names.is_foreign(reference["reftarget"]):
                reference.replace_self(reference.children)
        for literal in list(self.document.findall(nodes.literal)):
            if not _is_inside(literal, _UNLINKED):
                self._link(literal)
        for text in list(self.document.findall(nodes.Text)):
            if not _is_inside(text, (*_UNLINKED, nodes.literal, nodes.comment)) and _ID.search(text):
                text.parent.replace(text, list(self._with_links(text)))

    def _link(self, literal: nodes.literal) -> None:
        text = literal.astext()
        ways: tuple[tuple[Callable[[str], str | None], str, str], ...] = (
            (names.rule, "std", "rule"),
            (names.command, "std", "command"),
            (names.meant, "py", "obj"),
        )
        for read, domain, kind in ways:
            try:
                target = read(text)
            except names.UnknownNameError as error:
                _log.warning("%s", error, location=literal, type="ref", subtype="name")
                return
            if target is not None:
                literal.replace_self(self._reference(domain, kind, target, literal.deepcopy()))
                return

    def _with_links(self, text: nodes.Text) -> Iterator[nodes.Node]:
        done = 0
        for found in _ID.finditer(text):
            if found[0] in RULES:
                yield nodes.Text(text[done : found.start()])
                yield self._reference("std", "rule", found[0], nodes.inline("", found[0], classes=["rule-id"]))
                done = found.end()
        yield nodes.Text(text[done:])

    def _reference(self, domain: str, kind: str, target: str, shown: nodes.Node) -> nodes.Node:
        return addnodes.pending_xref(
            "",
            shown,
            refdomain=domain,
            reftype=kind,
            reftarget=target,
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )


def resolve_type(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, shown: nodes.TextElement
) -> nodes.Node | None:
    """Find the page of a type in a signature under its public name."""
    public = names.public(node["reftarget"]) if node.get("refdomain") == "py" else None
    if public in (None, node["reftarget"]):
        return None
    return env.domains.python_domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, shown)


def note_commands(app: Sphinx, document: nodes.document) -> None:
    """Let commands be found by name on the page that sphinx-click makes of them."""
    if app.env.docname != _COMMANDS_PAGE:
        return
    for section in document.findall(nodes.section):
        program, _, name = section[0].astext().rpartition(" ")
        if not program and name in COMMANDS:
            app.env.domains.standard_domain.note_object("command", name, section["ids"][0], location=section)


def setup(app: Sphinx) -> dict[str, Any]:
    """Load the extension."""
    app.add_object_type("rule", "rule", objname="rule")
    app.add_crossref_type("command", "command", objname="command")
    app.add_transform(LinkNames)
    app.connect("missing-reference", resolve_type)
    app.connect("doctree-read", note_commands)
    return {"parallel_read_safe": True}


def _is_inside(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False
