"""An extension of Sphinx for pages that are made from the code: `{generated} policies` stands for what it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import errors, models, project, rules, sandbox

TEXTS: Mapping[str, Callable[[], str]] = {
    "error-tree": errors.tree,
    "faults": sandbox.faults,
    "ledger": rules.ledger,
    "policies": sandbox.policies,
    "sandbox-options": sandbox.options,
    **{name: partial(project.page, name) for name in project.FILES},
    **{f"models-{name}": partial(models.page, name) for name in models.ROOTS},
}
"""What makes each text, as MyST."""


class Generated(SphinxDirective):
    """Stands for a text that is made as the site is built."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the text as if it stood in the page."""
        make = TEXTS.get(self.arguments[0])
        if make is None:
            raise self.error(f"nothing is made for {self.arguments[0]!r}; choose one of {', '.join(TEXTS)}")
        return self.parse_text_to_nodes(make(), allow_section_headings=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Load the extension."""
    app.add_directive("generated", Generated)
    return {"parallel_read_safe": True}
