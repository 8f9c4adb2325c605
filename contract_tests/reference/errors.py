"""The tree of errors, as MyST text made from the classes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sendcloud_orders
from sendcloud_orders import SendcloudError

_RULES = re.compile(r" Rules?: [A-Z, -]+\.$")


def error_classes() -> set[type[SendcloudError]]:
    """Return the public classes of errors."""
    found = (getattr(sendcloud_orders, name) for name in sendcloud_orders.__all__)
    return {one for one in found if isinstance(one, type) and issubclass(one, SendcloudError)}


def tree() -> str:
    """Draw the classes as a list of lists, each with the first sentence of what it says of itself."""
    return "\n".join(_branch(SendcloudError, 0))


def _branch(error: type[SendcloudError], depth: int) -> Iterator[str]:
    said = (error.__doc__ or "").strip().split("\n\n")[0]
    said = _RULES.sub("", " ".join(said.split()))
    yield f"{'  ' * depth}- `{error.__name__}`: {said}"
    for below in error.__subclasses__():
        # A class with two bases hangs on its first.
        if below in error_classes() and below.__bases__[0] is error:
            yield from _branch(below, depth + 1)
