"""Amounts of money, weight and length: read from whatever exact form they come in, and written as number or as text.

A text is an amount where JSON would take it for a number, and where Python writes one: ASCII digits, perhaps a sign, a
fraction after a point, an exponent. An exponent means one thing alone, and `str()` of a Decimal or float writes it.
Refused is what may mean two things, or be cut off: a comma ("19,90", "1,234"), separators, blanks, a point with no
digit on one of its sides, digits of other scripts, other bases, and words such as "NaN".
"""

from __future__ import annotations

import re
from decimal import Decimal

LARGEST_EXPONENT = 307
"""Of ten: the largest whose every multiple below the next a double can hold."""
MOST_DIGITS = 100

WRITTEN = "digits, with a point before the cents and nothing between them, such as 19.90 for 19,90"
"""How an amount is to be written as text."""

_NUMERAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def read_number(text: str) -> Decimal | None:
    """Give the number that a text means, digit for digit; None where it means none, or one beyond the bounds."""
    if not _NUMERAL.fullmatch(text):
        return None
    number = Decimal(text)
    return None if find_excess(number) else number


def write_digits(amount: object) -> str | None:
    """Write an amount as digits, never with an exponent; give None for what is no amount.

    A float is written as the shortest decimal that means it: 19.9 as "19.9". A text of digits is kept as it is.
    """
    match amount:
        case str() if _DIGITS.fullmatch(amount):
            return amount
        case str():
            number = read_number(amount)
        case bool():
            number = None
        case int() | Decimal():
            number = Decimal(amount)
        case float():
            number = Decimal(float.__repr__(amount))
        case _:
            number = None
    if number is None or not number.is_finite():
        return None
    return format(number if number else number.copy_abs(), "f")


def find_excess(amount: Decimal) -> str | None:
    """Say how a finite amount passes the bounds of what others can read, if it does."""
    if abs(amount.adjusted()) > LARGEST_EXPONENT:
        return f"Input should be an amount between 1E-{LARGEST_EXPONENT} and 1E+{LARGEST_EXPONENT}"
    if len(amount.as_tuple().digits) > MOST_DIGITS:
        return f"Input should be an amount of at most {MOST_DIGITS} digits"
    return None


def explain(text: str) -> str:
    """Say why a text is not read as a number; the words quote nothing of it."""
    excess = find_excess(Decimal(text)) if _NUMERAL.fullmatch(text) else None
    return excess or f"Input should be a valid number, not str: {WRITTEN}"
