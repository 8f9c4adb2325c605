"""Take out of what goes into a report what is nobody's business: credentials, and the orders of other people."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import quote

Json = Any

BLANK = "[blanked]"
STRANGERS = "[somebody else's]"
CUT = "..."
STRANGER = "[an order of somebody else]"
# A shorter one stands in any text by chance.
SHORTEST = 4
USER_IN_URL = re.compile(r"(?<=://)[^/\s@\"'<>]+(?=@)")
BASIC = re.compile(r"\b(basic)\s+([\w+/=-]{6,})", re.IGNORECASE)
BEARER = re.compile(r"\b(bearer)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
NAMED = re.compile(
    r"((?:client_secret|client_id|access_token|refresh_token|id_token|api[_-]?key|secret_key|public_key|password)"
    r"\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\s\"'&,;}\\]+",
    re.IGNORECASE,
)
QUOTED_BYTES = re.compile(r"""b'(?:[^'\\]|\\.)*'?|b"(?:[^"\\]|\\.)*"?""")
# Words of the service, which say nothing about a person.
OPEN_FIELDS = frozenset({"code", "currency", "unit", "type", "message", "country_code"})


class Blanking:
    """Blanks credentials: the known ones in any spelling, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Take note of the public and the secret key of a server, in this sequence, or of other secrets."""
        whole = [*secrets, ":".join(secrets)]
        for secret in filter(lambda one: len(one) >= SHORTEST, whole):
            raw = secret.encode()
            encoded = b64encode(raw).decode()
            self._known |= {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], encoded, encoded.rstrip("=")}
        # The longest first, so that nothing is left of it.
        known = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def knows(self, text: str) -> bool:
        """Tell whether this is one of the known credentials, in some spelling."""
        return text in self._known

    def __call__(self, text: str) -> str:
        """Return the text without credentials."""
        text = self._pattern.sub(BLANK, text) if self._pattern else text
        text = USER_IN_URL.sub(BLANK, text)
        text = BASIC.sub(_basic, text)
        text = BEARER.sub(rf"\1 {BLANK}", text)
        return NAMED.sub(rf"\1{BLANK}", text)


def _basic(match: re.Match[str]) -> str:
    """Blank what follows `Basic` where it is a user and a password, and no word of a sentence."""
    try:
        told = b64decode(match[2] + "=" * (-len(match[2]) % 4), altchars=b"-_")
    except ValueError:
        return match[0]
    return f"{match[1]} {BLANK}" if b":" in told else match[0]


def without_strangers(document: Json, ours: Callable[[Json], bool]) -> Json:
    """Return the body of an answer with each order that is not ours replaced by a word, rows of them by one."""
    if not isinstance(document, dict) or "data" not in document:
        return document
    data = document["data"]
    if isinstance(data, list):
        return {**document, "data": list(_rows(data, ours))}
    return {**document, "data": STRANGER} if _is_strangers(data, ours) else document


def _rows(rows: list[Json], ours: Callable[[Json], bool]) -> Iterator[Json]:
    for strangers, group in groupby(rows, lambda row: _is_strangers(row, ours)):
        found = list(group)
        if not strangers:
            yield from found
        else:
            yield STRANGER if len(found) == 1 else f"[{len(found)} orders of somebody else]"


def _is_strangers(row: Json, ours: Callable[[Json], bool]) -> bool:
    """Tell whether a row is an order, or names one, that this run did not make; what names none is told in full."""
    return isinstance(row, dict) and not ours(row) and ("order_id" in row or len(row) > 2)


def words_of_strangers(content: bytes, ours: Callable[[Json], bool]) -> set[str]:
    """Return the texts in the body of an answer that tell something of other people."""
    try:
        document = json.loads(content)
    except ValueError:
        return set()
    data = document.get("data") if isinstance(document, dict) else None
    rows = data if isinstance(data, list) else [data]
    return {word for row in rows if _is_strangers(row, ours) for word in _words(row)}


def _words(value: Json, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _words(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one, name)
    elif isinstance(value, str) and len(value) >= SHORTEST and name not in OPEN_FIELDS:
        yield value


def blank_words(text: str, words: set[str]) -> str:
    """Return a text without these words, and without what may be left of one: bytes that it quotes, and cut ends."""
    if not words:
        return text
    text = QUOTED_BYTES.sub("[an answer with orders of somebody else]", text)
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    text = re.sub(pattern, STRANGERS, text)
    # pytest shortens what is long to its first and last letters.
    pieces = text.split(CUT)
    for place in range(len(pieces) - 1):
        pieces[place] = _without_end(pieces[place], words)
        pieces[place + 1] = _without_end(pieces[place + 1][::-1], {word[::-1] for word in words})[::-1]
    return CUT.join(pieces)


def _without_end(text: str, words: set[str]) -> str:
    """Return a text that does not end with the beginning of a word."""
    longest = max(map(len, words))
    for length in range(min(longest, len(text)), SHORTEST - 2, -1):
        if any(word.startswith(text[-length:]) for word in words):
            return text[:-length]
    return text
