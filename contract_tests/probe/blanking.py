"""Show what was said on the wire without secrets, and without what belongs to other people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from suite.answer import Reply
from suite.blanking import BLANK, Blanking
from suite.target import Target

SOMEBODY_ELSES = "[an order that this run did not make]"
# The other headers say nothing that a question is about, and may hold credentials or cookies.
SHOWN_HEADERS = ("allow", "content-length", "content-type", "link", "location", "retry-after", "sendcloud-partner-id")
# A cursor may be made of a row, which may be somebody else's.
CURSOR = re.compile(r"(?<=cursor=)[^&>;\s\"]+")
MAIL = re.compile(r"[\w.+-]+@(?!example\.com\b)[\w-]+(\.[\w-]+)+")
LONGEST = 400
MOST_ROWS = 3


class Blanks:
    """What is not to be shown of a target: its credentials, and every order that this run did not make."""

    def __init__(self, target: Target) -> None:
        self._ours = target.ours
        self._blank = Blanking((target.public_key, target.secret_key))

    def exchange(self, reply: Reply) -> dict[str, Any]:
        """Return a request and its answer as plain values."""
        return {
            "request": {
                "method": reply.method,
                "path": self.text(reply.path),
                "headers": self.headers(reply.asked),
                "body": self.sent(reply.sent),
            },
            "answer": {
                "status": reply.status,
                "headers": self.headers(reply.headers),
                "body": self.answered(reply.content),
            },
        }

    def text(self, text: str) -> str:
        """Return a text, shortened where it is long."""
        text = MAIL.sub(BLANK, CURSOR.sub(BLANK, self._blank(text)))
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that a question may be about."""
        return {name: self.text(value) for name, value in headers.items() if name.lower() in SHOWN_HEADERS}

    def sent(self, body: bytes) -> Any:
        """Return the body of a request, which is the probe's own."""
        return self._value(_read(body))

    def answered(self, body: bytes) -> Any:
        """Return the body of an answer; of a list, the first rows."""
        document = _read(body)
        if isinstance(document, dict) and "data" in document:
            return {**self._value({**document, "data": None}), "data": self._data(document["data"])}
        return self._value(document)

    def _data(self, data: Any) -> Any:
        if isinstance(data, list):
            rows = [self._row(row) for row in data[:MOST_ROWS]]
            return [*rows, f"[{len(data) - MOST_ROWS} more]"] if len(data) > MOST_ROWS else rows
        return self._row(data)

    def _row(self, row: Any) -> Any:
        # A reference may lack its `order_id`; with the `id` alone it tells nothing of anybody.
        return self._value(row) if self._ours(row) or not _tells(row) else SOMEBODY_ELSES

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, dict):
            return {self.text(name): self._value(one) for name, one in value.items()}
        return value


def _tells(row: Any) -> bool:
    return isinstance(row, list | str) or (isinstance(row, dict) and not row.keys() <= {"id"})


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
