"""An extension of Sphinx that shows the tests: a page for each file with tests of rules, outside the navigation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from sphinx.application import Sphinx

from ledger import HERE

FOLDER = "tests"


@dataclass(frozen=True)
class Proof:
    """A test of a rule: what it says, its file (below `contract_tests`, without `.py`), and its line."""

    title: str
    file: str
    line: int

    @property
    def address(self) -> str:
        """Where its source is in the site, from the site's root."""
        return f"{FOLDER}/{self.file}.html#line-{self.line}"


@cache
def proofs_of_rules() -> dict[str, list[Proof]]:
    """Return the tests of each rule by its id; marks are read from the source, nothing is imported."""
    found: dict[str, dict[Proof, None]] = {}
    for path in sorted(HERE.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.rule" in source:
            file = path.relative_to(HERE).with_suffix("").as_posix()
            for id_, title, line in _marks(ast.parse(source)):
                found.setdefault(id_, {})[Proof(title, file, line)] = None
    return {id_: list(tests) for id_, tests in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Yield rule, test and line; a mark of a whole file or class is on each of its tests."""
    yield from _marks_in(tree.body, frozenset())


def _marks_in(body: list[ast.stmt], around: frozenset[str]) -> Iterator[tuple[str, str, int]]:
    whole = around | {id_ for one in body if _is_pytestmark(one) for id_ in _ids(one)}
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield from _marks_in(one.body, whole | {id_ for mark in one.decorator_list for id_ in _ids(mark)})
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            own = {id_ for mark in one.decorator_list for id_ in _ids(mark)}
            if one.name.startswith("test_"):
                yield from ((id_, _sentence(one.name), one.lineno) for id_ in sorted(own | whole))
            else:
                yield from ((id_, "…by its parameters", one.lineno) for id_ in sorted(_ids(one)))
        elif not _is_pytestmark(one):
            yield from ((id_, "…by its parameters", one.lineno) for id_ in sorted(_ids(one)))


def _is_pytestmark(one: ast.stmt) -> bool:
    return isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id == "pytestmark"


def _ids(tree: ast.AST) -> set[str]:
    return {
        str(argument.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rule"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def _sentence(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def write_pages(app: Sphinx, error: Exception | None) -> None:
    """Write a page for each file with tests of rules, once all others are written."""
    if error is not None or app.builder.format != "html":
        return
    for file in sorted({proof.file for tests in proofs_of_rules().values() for proof in tests}):
        path = app.outdir / FOLDER / f"{file}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (HERE / file).with_suffix(".py").read_text(encoding="utf-8").splitlines()
        code = "\n".join(f'<span id="line-{number}">{escape(line)}</span>' for number, line in enumerate(lines, 1))
        path.write_text(_PAGE.format(file=file, root="../" * (file.count("/") + 1), code=code), encoding="utf-8")


# Without navigation and colours, which would take longer to make than all the rest of the site.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{file}.py - sendcloud-orders</title>
<link rel="icon" href="{root}_static/mark.svg">
<link rel="stylesheet" href="{root}_static/site.css">
</head>
<body class="test-source">
<script>document.body.dataset.theme = localStorage.getItem("theme") || "auto";</script>
<header><a href="{root}reference/ledger.html">Ledger of rules</a><h1>{file}.py</h1></header>
<main><pre>{code}</pre></main>
</body>
</html>
"""


def setup(app: Sphinx) -> dict[str, Any]:
    """Load the extension."""
    app.connect("build-finished", write_pages)
    return {"parallel_read_safe": True}
