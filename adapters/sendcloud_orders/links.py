"""The link to the next page, read from the `Link` header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from weblinking import Link, find_all, parse

from .errors import ContractError


def read_next_link(fields: Sequence[str], url: str) -> str | None:
    """Give the target of the link to the next page, or None where the header says that there is none.

    `fields` are the values of the `Link` header fields in the answer to `url`. A link is read as tolerantly as the
    RFC's appendix B.3 says. But where no next link is found, the whole header has to keep the grammar: in one that
    does not, the link may be there and unreadable. A next link of another resource (`anchor`) is not ours.

    Raises `ContractError` when the header cannot be read. Rule: LIST-CURSOR.
    """
    try:
        for link in find_all(parse(fields), "next"):
            if _is_about(link, url):
                return link.uri
        parse(fields, strict=True)
    except ValueError:  # a LinkError, or an anchor that is no URL
        raise ContractError(
            "The Link header cannot be read, so whether more pages follow is not known.", path="Link"
        ) from None
    return None


def _is_about(link: Link, url: str) -> bool:
    """Tell whether a link belongs to the resource that was asked for; gateways give it another host and prefix."""
    if link.anchor is None:
        return True
    context = urlsplit(link.context(url))
    return not context.fragment and _last_segment(context.path) == _last_segment(urlsplit(url).path)


def _last_segment(path: str) -> str:
    return path.rpartition("/")[2]
