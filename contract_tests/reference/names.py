"""What a name in the documentation stands for: a public name of ours, a known one of somebody else, or a mistake."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from inspect import get_annotations
from types import ModuleType

import sendcloud_orders
import sendcloud_orders_api.models
import sendcloud_orders_sandbox
from ledger import RULES
from sendcloud_orders_cli.program import COMMANDS

FIXTURES = "sendcloud_orders_sandbox.pytest_plugin"

# The first that has a name owns it where it stands alone.
PACKAGES: tuple[ModuleType, ...] = (sendcloud_orders, sendcloud_orders_api.models, sendcloud_orders_sandbox)

# Where the names come from that are not ours and stand alone in our pages. What they are is not linked, but looked up.
FOREIGN = (
    "asyncio",
    "collections.abc",
    "contextlib",
    "datetime",
    "decimal",
    "httpx",
    "msgspec",
    "pathlib",
    "pytest",
    "ssl",
    "threading",
    "types",
    "typing",
    "uuid",
)
# Spelt like a name of ours, and none: other words, and classes of our tools and tests.
OTHER_WORDS = ("GitHub", "ManufacturerIdsOrder", "NoneType", "OAuth2", "OpenAPI", "PyPI", "SQLite", "SpecError")

# In signatures for the eye of a type checker, under a name that nobody imports; and what to read instead, if anything.
UNNAMED: Mapping[str, str | None] = {
    "FieldPath": None,
    "sendcloud_orders.journal.Entry": None,
    "sendcloud_orders.report.AcceptedOrders": "sendcloud_orders.Accepted",
    "sendcloud_orders.settings.AsyncSettings": "sendcloud_orders.AsyncOrdersClient",
    "sendcloud_orders.settings.BlockingSettings": "sendcloud_orders.OrdersClient",
}

_NAMED = re.compile(r"(?P<name>[A-Za-z_]\w*(?:\.\w+)*)(?:\(.*\))?", re.DOTALL)
_CAMEL = re.compile(r"[A-Z][a-z0-9]+[A-Z]\w*|[A-Z]{2,}[a-z]\w*")
_RULE = re.compile(r"[A-Z]+(?:-[A-Z]+)+")
_FAMILIES = {id_.partition("-")[0] for id_ in RULES}
_ALIKE = 0.8


class UnknownNameError(ValueError):
    """A text that is written as a name of ours, and is none; the message says what may be meant."""


def public_names() -> Iterator[tuple[ModuleType, str]]:
    """Give each public name with the package that has it."""
    for package in PACKAGES:
        for name in package.__all__:
            yield package, name


def owner(name: str) -> str | None:
    """Return the full name of a public one that stands alone, or None."""
    return next((f"{package.__name__}.{name}" for package, known in public_names() if known == name), None)


def public(target: str) -> str | None:
    """Return the public spelling of a full name such as `sendcloud_orders.report.Accepted.key`; None if it has none."""
    if target in UNNAMED:
        return UNNAMED[target]
    for package in sorted(PACKAGES, key=lambda package: -len(package.__name__)):
        if target.startswith(f"{package.__name__}."):
            parts = target.removeprefix(f"{package.__name__}.").split(".")
            for place, part in enumerate(parts[:2]):
                if part in package.__all__:
                    return ".".join([package.__name__, *parts[place:]])
    return None


def meant(text: str) -> str | None:
    """Return the full name that a piece of inline code means, or None where it is no name of ours.

    Raises `UnknownNameError` for what looks like one.
    """
    match = _NAMED.fullmatch(text)
    if match is None:
        return None
    first, *members = match["name"].split(".")
    if first.startswith("sendcloud_orders"):
        return _qualified(match["name"])
    if (full := owner(first)) is not None:
        return ".".join([_heir(full, *members[:1]), *members])
    if first in ("sendcloud_sandbox", "sendcloud_env", "sendcloud_sandbox_options") and not members:
        return f"{FIXTURES}.{first}"
    if first[0].isupper() and not _is_known_elsewhere(first):
        alike = get_close_matches(first, [name for _, name in public_names()], 1, _ALIKE)
        if alike or _CAMEL.fullmatch(first):
            hint = f": `{alike[0]}`?" if alike else "; if it is somebody else's, add it to reference/names.py"
            raise UnknownNameError(f"`{text}` names nothing that is public{hint}")
    return None


def _heir(full: str, member: str = "") -> str:
    """Return the class on whose page a member stands: itself, or the first public one that it has it from."""
    package, _, name = full.rpartition(".")
    for base in getattr(getattr(import_module(package), name), "__mro__", ()):
        if member in base.__dict__ or member in get_annotations(base):
            return public(f"{base.__module__}.{base.__name__}") or full
    return full


def rule(text: str) -> str | None:
    """Return the id of the rule that inline code is, or None. Raises `UnknownNameError` for what looks like one."""
    if text in RULES:
        return text
    if _RULE.fullmatch(text) and text.partition("-")[0] in _FAMILIES:
        alike = get_close_matches(text, RULES, 1)
        raise UnknownNameError(f"`{text}` is no rule of the ledger{f': `{alike[0]}`?' if alike else ''}")
    return None


def command(text: str) -> str | None:
    """Return the command that inline code calls, or None. Raises `UnknownNameError` for one that there is not."""
    program, _, rest = text.partition(" ")
    if program != "sendcloud-orders" or not rest or not rest[0].isalpha():
        return None
    name = rest.split()[0]
    if name not in COMMANDS:
        raise UnknownNameError(f"`{text}`: sendcloud-orders has no command {name!r}")
    return name


def is_foreign(target: str) -> bool:
    """Tell whether a full name is one of the standard library's or of a library that our signatures may name."""
    if hasattr(builtins, target) or UNNAMED.get(target, "") is None:
        return True
    return any(
        target.startswith(f"{module}.") and hasattr(import_module(module), target.removeprefix(f"{module}."))
        for module in FOREIGN
    )


def _is_known_elsewhere(name: str) -> bool:
    return (
        name in OTHER_WORDS
        or hasattr(builtins, name)
        or any(hasattr(import_module(module), name) for module in FOREIGN)
    )


def _qualified(name: str) -> str | None:
    found = public(name)
    if found is not None:
        return found
    module = name
    while module:
        try:
            import_module(module)
        except ModuleNotFoundError:
            module = module.rpartition(".")[0]
        else:
            break
    if module == name:
        return None
    raise UnknownNameError(f"`{name}` names nothing that is public")
