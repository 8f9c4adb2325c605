"""The page of the ledger, as MyST text: each rule with its source, how sure it is, and the tests that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from ledger import LEDGER, RULES, Rule
from sendcloud_orders.plural import counted

from .proving import Proof, proofs_of_rules

_HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_ROOT = ".."
_CONFIDENCE = {"high": "success", "medium": "warning", "low": "danger"}
_SHOWN_ON = {"mock": "the mock can show it", "server": "needs a server with state", "client": "kept by the adapters"}


def ledger() -> str:
    """Describe each rule under the heading that it has in the ledger."""
    parts = _HEADING.split(LEDGER.read_text(encoding="utf-8"))[1:]
    return "\n\n".join(_section(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True))


def _section(title: str, text: str) -> str:
    """Make rules of the rows of a table, and leave all else as it is."""
    lines = [f"## {title}", ""]
    for line in text.splitlines():
        id_ = line.removeprefix("| ").partition(" ")[0]
        if line.startswith("| ") and id_ in RULES:
            lines += [*_described(RULES[id_]), ""]
        elif not (line.startswith("| Id |") and "Proved by" in line) and not line.startswith("|---|---|---|---|---|"):
            lines.append(line)
    return "\n".join(lines)


def _described(rule: Rule) -> Iterator[str]:
    proofs = proofs_of_rules()[rule.id]
    yield f"::::{{rule}} {rule.id}"
    yield rule.text
    yield ""
    yield (
        f"{{bdg-{_CONFIDENCE[rule.sure]}-line}}`{rule.sure}` {{bdg-secondary-line}}`{rule.source}` "
        f"{{bdg-secondary-line}}`{_SHOWN_ON[rule.shown_on]}`"
    )
    yield ""
    yield f":::{{dropdown}} {counted(len(proofs), 'test')}"
    yield ":class-container: proofs"
    yield ""
    for file, tests in groupby(proofs, lambda proof: proof.file):
        yield f"`{file}`"
        yield f": {'; '.join(map(_link, tests))}"
        yield ""
    yield ":::"
    yield "::::"


def _link(proof: Proof) -> str:
    return f'<a href="{_ROOT}/{proof.address}">{proof.title}</a>'
