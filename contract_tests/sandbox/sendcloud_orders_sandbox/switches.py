"""Describe the policies to people: the question that each answers, and the answers to choose from."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args, get_origin

import msgspec

from .policies import Policies

RULES = re.compile(r"\s*Rules?: (?P<ids>[A-Z, -]+)\.\s*")


@cache
def questions() -> dict[str, str]:
    """Return the text that stands below each policy in its source, on one line."""
    tree = ast.parse(files(__package__).joinpath("policies.py").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    (struct,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == Policies.__name__)
    for field, below in zip(struct.body, struct.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
    return found


def switches(policies: Policies) -> list[dict[str, Any]]:
    """Return each policy with its question, the rules that it is about, its value, and what else it can be."""
    return [
        {"name": field.name, "value": getattr(policies, field.name), "default": field.default}
        | explained(questions().get(field.name, ""))
        | possible(field.type)
        for field in msgspec.structs.fields(Policies)
    ]


def explained(text: str) -> dict[str, Any]:
    """Take the ids of the ledger out of the text of a policy."""
    found = RULES.search(text)
    rules = re.findall(r"[A-Z]+(?:-[A-Z]+)+", found["ids"]) if found else []
    return {"question": RULES.sub(" ", text).strip(), "rules": rules}


def possible(kind: Any) -> dict[str, Any]:
    """Return which values a policy of this type can have."""
    if get_origin(kind) is Literal:
        return {"kind": "choice", "choices": list(get_args(kind))}
    if kind is bool:
        return {"kind": "choice", "choices": [False, True]}
    meant = msgspec.inspect.type_info(kind)
    if isinstance(meant, (msgspec.inspect.IntType, msgspec.inspect.FloatType)):
        whole = isinstance(meant, msgspec.inspect.IntType)
        return {"kind": "number", "whole": whole, "least": meant.ge, "most": meant.le}
    return {"kind": "text"}
