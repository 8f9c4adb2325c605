"""Docstrings that name rules name ones that exist, whole and on one line each, so that a search finds them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import RULES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    *sorted((ROOT / "adapters").rglob("*.py")),
    *sorted((ROOT / "contract_tests" / "sandbox").rglob("*.py")),
]
NAMED = re.compile(r"\bRules?: (?P<ids>.*)", re.DOTALL)
ID = re.compile(r"[A-Z]+(?:-[A-Z]+)+-?")


def docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_docstring_names_rules_that_exist(path: Path) -> None:
    named = [id_ for text in docstrings(path) for found in NAMED.finditer(text) for id_ in ID.findall(found["ids"])]
    assert [id_ for id_ in named if id_ not in RULES] == []


def test_rules_are_named_where_they_are_kept() -> None:
    told = {id_ for path in SOURCES for text in docstrings(path) for id_ in ID.findall(text)}
    assert RULES.keys() - told == set()
