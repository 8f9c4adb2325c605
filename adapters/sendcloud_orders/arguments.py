"""Check what a caller passed, and say of what cannot be taken what it is.

The objects are the caller's own: whatever they raise while they are looked at becomes an error of ours. A message shows
of them their type, or a short number, and never a text, for that may be a secret.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from math import inf
from numbers import Integral
from operator import index
from typing import TypeAlias

from .errors import ConfigurationError, InvalidRequest, SendcloudError

Refusal: TypeAlias = type[ConfigurationError] | type[InvalidRequest]

_LONGEST_NAME = 40
_LARGEST_SHOWN = 10**20
_WEEK = 7 * 86_400
_UNUSABLE_FUNCTIONS = (
    inspect.iscoroutinefunction,
    inspect.isasyncgenfunction,
    inspect.isgeneratorfunction,
)


def type_name(value: object) -> str:
    """Name the type of a value. What its metaclass says of the name is not asked."""
    name: str = vars(type)["__name__"].__get__(type(value))
    return quoted(name)[1:-1]


def quoted(text: str) -> str:
    """Show the beginning of a text, on one line."""
    return repr(str.__str__(text)[:_LONGEST_NAME])


def described(value: object) -> str:
    """Say what a value is, for the end of a sentence that says what it should have been."""
    if value is None or type(value) in (bool, float):
        return repr(value)
    if type(value) is int:
        return repr(value) if abs(value) < _LARGEST_SHOWN else "a number of more than 20 digits"
    return f"a value of type {type_name(value)}"


@contextmanager
def reading(name: str, refusal: Refusal = InvalidRequest) -> Generator[None]:
    """Blame whatever is raised inside on what the caller passed as `name`; errors of ours say what they say."""
    try:
        yield
    except (SendcloudError, MemoryError):
        raise
    except Exception as error:
        raise refusal(f"{name} cannot be read: it raised {type_name(error)}.") from error


def check_readable(refusal: Refusal = InvalidRequest, /, **arguments: object) -> None:
    """Refuse objects that will not even say of what class they are, such as proxies of something that failed."""
    for name, value in arguments.items():
        with reading(name, refusal):
            _ = value.__class__


def check_flag(name: str, value: object) -> bool:
    """Take True or False alone: "no" and 0 mean other things to other people. Raises `InvalidRequest`."""
    check_readable(**{name: value})
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} should be True or False, not {described(value)}.")
    return value


def check_whole_number(
    name: str, value: object, least: int = 1, most: int | None = None, *, refusal: Refusal = InvalidRequest
) -> int:
    """Take any whole number from `least` to `most`, for what it is. Raises `InvalidRequest` or the `refusal`."""
    with reading(name, refusal):
        number = as_whole_number(value)
    if number is None or number < least or (most is not None and number > most):
        bounds = f"{least} or more" if most is None else f"from {least} to {most}"
        raise refusal(f"{name} should be a whole number, {bounds}, not {described(value)}.")
    return number


def as_whole_number(value: object) -> int | None:
    """Give a plain int for any whole number, such as numpy's; None for anything else, bool included."""
    if type(value) is int:  # what is most common takes a fifteenth of the time
        return value
    return index(value) if isinstance(value, Integral) and not isinstance(value, bool) else None


def check_number(
    name: str,
    value: object,
    least: float = 0,
    most: float = inf,
    *,
    unit: str = "number",
    refusal: Refusal = InvalidRequest,
) -> float:
    """Take a number from `least` to `most`; NaN is none. Raises `InvalidRequest` or the `refusal`."""
    with reading(name, refusal):
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return value
    bounds = f"{least} or more" if most == inf else f"from {least} to {most}"
    raise refusal(f"{name} should be a {unit}, {bounds}, not {described(value)}.")


def check_wait(name: str, value: object) -> float:
    """Take a number of seconds from 0 to a week. Raises `InvalidRequest`."""
    return check_number(name, value, 0, _WEEK, unit="number of seconds (at most a week)")


def check_text(name: str, value: object, refusal: Refusal = InvalidRequest) -> str:
    """Take a text, for the text that it is. Raises `InvalidRequest` or the `refusal`."""
    with reading(name, refusal):
        if isinstance(value, str):
            return str.__str__(value)
    raise refusal(f"{name} should be a text, not {described(value)}.")


def check_choice(name: str, value: object, known: Sequence[str]) -> None:
    """Take one of a few names. Raises `InvalidRequest`."""
    with reading(name):
        if isinstance(value, str) and value in known:
            return
        alike = get_close_matches(str.__str__(value)[:_LONGEST_NAME], known, 1) if isinstance(value, str) else []
    given = f"another text: did you mean {alike[0]}?" if alike else f"{described(value)}."
    raise InvalidRequest(f"{name} should be one of {', '.join(known)}, not {given}")


def check_function(name: str, value: object, refusal: Refusal = InvalidRequest) -> None:
    """Take a plain function. Raises `InvalidRequest` or the `refusal`."""
    with reading(name, refusal):
        if not callable(value):
            raise refusal(f"{name} should be a function, not {described(value)}.")
        if is_deferred(value):
            raise refusal(
                f"{name} should be a plain function: nobody would await or run what a coroutine or generator function "
                "gives."
            )


def is_deferred(function: Callable[..., object]) -> bool:
    """Tell whether calling this runs nothing yet."""
    called = getattr(type(function), "__call__", None)  # noqa: B004 - the method itself is looked at
    return any(test(one) for test in _UNUSABLE_FUNCTIONS for one in (function, called))


def drop_coroutine(result: object) -> bool:
    """Close a coroutine that nobody will await; tell whether it was one."""
    if not inspect.iscoroutine(result):
        return False
    result.close()
    return True


def call_plain(name: str, function: Callable[..., object], *arguments: object) -> None:
    """Call a caller's function for what it does. Raises `InvalidRequest` where that gives a coroutine."""
    if drop_coroutine(function(*arguments)):
        raise InvalidRequest(f"{name} gave a coroutine, and nobody awaits it: make it a plain function.")
