"""What the page of the sandbox says of policies, faults and the command line, as MyST text made from the code."""

from __future__ import annotations

from argparse import HelpFormatter
from functools import partial
from typing import Literal, get_args, get_origin

import msgspec
from sphinx.pycode import ModuleAnalyzer

from sendcloud_orders_sandbox import FaultKind, Policies
from sendcloud_orders_sandbox.__main__ import parser

MODULE = "sendcloud_orders_sandbox"
# What each fault does. The page is made from the kinds, and fails where one has no words here.
FAULTS = {
    FaultKind.LOST_BEFORE: "The connection is lost before the request is processed.",
    FaultKind.LOST_AFTER: "The request is processed, and the connection is lost before its answer.",
    FaultKind.THROTTLED: "429, with the seconds after the colon as `Retry-After` (`429:3`; 1 by default).",
    FaultKind.CONFLICT: "The conflict as the service words it: a 400 with the pointer `/data`.",
    FaultKind.CONFLICT_BY_STATUS: "The conflict as a 409.",
    FaultKind.SERVER_ERROR: "500, without processing the request.",
    FaultKind.UNAVAILABLE: "503, without processing the request.",
    FaultKind.UNKNOWN_ERROR: "520, a status that no standard lists, without processing the request.",
    FaultKind.SERVER_ERROR_AFTER: "500, though the request was processed.",
    FaultKind.UNAVAILABLE_AFTER: "503, though the request was processed.",
    FaultKind.UNKNOWN_ERROR_AFTER: "520, though the request was processed.",
    FaultKind.CUT_BODY: "The request is processed, and the body of its answer ends too early.",
    FaultKind.HTML: "The request is processed, and the answer is 200 with a page of HTML, as of a gateway.",
    FaultKind.MALFORMED_JSON: "The request is processed, and the JSON of its answer lacks the end.",
    FaultKind.SLOW: "The answer takes the seconds after the colon (`slow:3`; 1 by default).",
}


def policies() -> str:
    """Describe each policy: its question, values and default, and the rule that leaves the question open."""
    told = ModuleAnalyzer.for_module(f"{MODULE}.policies").find_attr_docs()
    lines = [f"::::{{py:class}} {MODULE}.Policies", ":no-contents-entry:", ""]
    for field in msgspec.structs.fields(Policies):
        text = " ".join(" ".join(told["Policies", field.name]).split())
        lines += [f":::{{py:attribute}} {field.name}", ":no-contents-entry:"]
        lines += ["", f"{text}", "", f"{_choices(field)}", ":::", ""]
    return "\n".join([*lines, "::::"])


def faults() -> str:
    """Describe each kind of fault."""
    lines = []
    for kind in FaultKind:
        lines += [f"`{kind}`", f": {FAULTS[kind]}", ""]
    return "\n".join(lines)


def options() -> str:
    """Show the help of the command line, but for the lists that stand elsewhere on the page."""
    described = parser()
    described.epilog = None
    described.usage = "%(prog)s [options]"
    described.formatter_class = partial(HelpFormatter, max_help_position=26, width=80)
    return f"```text\n{described.format_help()}```"


def _choices(field: msgspec.structs.FieldInfo) -> str:
    """Spell the values of a policy as a command line takes them, the default first."""
    if get_origin(field.type) is Literal:
        others = [value for value in get_args(field.type) if value != field.default]
    elif field.type is bool:
        others = [not field.default]
    else:
        return f"{_KINDS[type(field.default)]}, {_spelt(field.default)} by default."
    return f"{_spelt(field.default)} (the default), {', '.join(map(_spelt, others))}."


_KINDS = {int: "A whole number", float: "A number", str: "A text"}


def _spelt(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
