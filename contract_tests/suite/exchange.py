"""A request and its answer as a report may show them."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from suite.answer import Reply
from suite.blanking import Blanking, without_strangers

SHOWN = 3000
ROWS = 3
SHOWN_UNREAD = 400
# Headers that curl makes, or that say nothing.
BY_ITSELF = {"authorization", "host", "accept", "accept-encoding", "connection", "user-agent", "content-length"}
ORDER_IDS = re.compile(r'"order_id"\s*:\s*"([^"]*)')
UNREAD = "[an answer that is no JSON, and tells of orders of somebody else]"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer: without credentials, without the orders of other people, and no longer than shown.

    path: below the base URL, with the query.
    curl: the request as a command that takes address and credentials from the environment.
    """

    method: str
    path: str
    status: int
    sent: str
    answer: str
    curl: str

    @classmethod
    def of(cls, reply: Reply, ours: Callable[[Any], bool], blank: Blanking) -> "Exchange":
        """Take over a request and its answer."""
        sent = blank(_shortened(reply.sent.decode("utf-8", "replace")))
        path = blank(reply.path)
        answer = _answer(reply.content.decode("utf-8", "replace"), ours)
        return cls(
            reply.method,
            path,
            reply.status,
            _laid_out(sent),
            blank(_shortened(answer)),
            _curl(reply, path, sent, blank),
        )

    def __str__(self) -> str:
        sent = f"\n  sent   {self.sent}" if self.sent else ""
        return f"{self.method} {self.path}{sent}\n  answer {self.status} {self.answer}"


def _answer(text: str, ours: Callable[[Any], bool]) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        strangers = any(not ours({"order_id": order_id}) for order_id in ORDER_IDS.findall(text))
        return UNREAD if strangers else text[:SHOWN_UNREAD]
    return _laid_out(json.dumps(_first_rows(without_strangers(document, ours)), ensure_ascii=False))


def _first_rows(document: Any) -> Any:
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) <= ROWS:
        return document
    return {**document, "data": [*rows[:ROWS], f"[{len(rows) - ROWS} more rows]"]}


def _laid_out(text: str) -> str:
    """Return JSON as a person reads it: a short one on a line, a longer one on several."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return text if len(text) <= 100 else json.dumps(document, ensure_ascii=False, indent=1)


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def _curl(reply: Reply, path: str, sent: str, blank: Blanking) -> str:
    words = ["curl", "-X", reply.method]
    for name, value in reply.asked.items():
        if name not in BY_ITSELF:
            words += ["-H", blank(f"{name}: {value}")]
    if sent:
        words += ["--data-raw", sent]
    return f'{shlex.join(words)}{_credentials(reply, blank)} "$TARGET"{shlex.quote(path)}'


def _credentials(reply: Reply, blank: Blanking) -> str:
    given = reply.asked.get("authorization", "")
    if not given:
        return ""
    own = blank.knows(given.partition(" ")[2])
    return ' -u "$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY"' if own else ' -u "$WRONG_CREDENTIALS"'
