"""One answer as it came, with the request that it belongs to, and how it is read."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

Json = Any
Body = dict[str, Any]


@dataclass
class Reply:
    """One answer, with the request that it belongs to; `asked` are the headers of that."""

    method: str
    path: str
    status: int
    headers: httpx.Headers
    content: bytes
    sent: bytes = b""
    asked: httpx.Headers = field(default_factory=httpx.Headers)

    @property
    def json(self) -> Json:
        """Return the body as JSON. Raises `AssertionError` when it is none."""
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise AssertionError(f"expected JSON, got {self.content[:200]!r}") from error

    @property
    def errors(self) -> list[Body]:
        """Return the errors of the envelope, always as a list."""
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        assert errors, f"expected an errors envelope (ERROR-ENVELOPE), got {self.content[:300]!r}"
        return [errors] if isinstance(errors, dict) else list(errors)

    def __str__(self) -> str:
        body = self.content.decode("utf-8", "replace")
        sent = self.sent.decode("utf-8", "replace")
        arrow = f"\n  sent   {_short(sent)}" if sent else ""
        return f"{self.method} {self.path}{arrow}\n  answer {self.status} {_short(body)}"


def _short(text: str, limit: int = 1500) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def data_of(answer: Reply) -> Json:
    """Return what an answer holds in its envelope; None where that cannot be read."""
    try:
        document = json.loads(answer.content)
    except ValueError:
        return None
    return document.get("data") if isinstance(document, dict) else None


def next_cursor(answer: Reply) -> str | None:
    """Return the cursor of the `next` link, None on the last page (LIST-CURSOR)."""
    response = httpx.Response(200, headers={"Link": answer.headers["Link"]} if "Link" in answer.headers else {})
    link = response.links.get("next")
    if link is None:
        return None
    cursors = parse_qs(urlsplit(link["url"]).query).get("cursor", [])
    assert len(cursors) == 1, f"the next link has no cursor (LIST-CURSOR): {link['url']}"
    return cursors[0]


def template(path: str) -> str:
    """Return the path of the spec that a path on the wire belongs to."""
    plain = path.split("?", 1)[0].rstrip("/")
    return re.sub(r"^/(orders|integrations)/(?!create-label)[^/]+$", r"/\1/{id}", plain)


def pointers(answer: Reply) -> set[str]:
    """Return what the errors of an answer point at (ERROR-POINTER)."""
    return {(error.get("source") or {}).get("pointer", "") for error in answer.errors}


def details(answer: Reply) -> str:
    """Return what the errors of an answer say."""
    return " | ".join(error["detail"] for error in answer.errors)
