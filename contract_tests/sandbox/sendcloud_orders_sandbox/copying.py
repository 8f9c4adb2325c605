"""Write a recorded request as a command or a script that sends it again; both take the keys from the environment."""

from __future__ import annotations

import json
import re
import shlex
from base64 import b64encode
from collections.abc import Iterator
from pprint import pformat
from typing import Any
from urllib.parse import parse_qsl, quote

from .faults import API_PATH
from .recording import Request

# One argument of a command holds at most 128 KiB on Linux.
LONGEST_ARGUMENT = 100_000
KEYS = '"$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY"'
# What the clients' `list` takes.
TEXTS = ("order_number", "order_id", "status", "cursor")
IDS = re.compile(r"[1-9]\d{0,17}(,[1-9]\d{0,17})*", re.ASCII)
SORT_KEY = "-?(integration|order_number|order_created_at|order_updated_at|pk)"
SORT = re.compile(f"{SORT_KEY}(,{SORT_KEY})*")
PAGE_SIZE = re.compile(r"[1-9]\d?|1\d\d|200", re.ASCII)
DAY_FILTER = re.compile(r"order_(created|updated)_at(_min|_max)?")
REPEATED = ("content-type", "sendcloud-partner-id", "x-sandbox-fault")


def as_curl(request: Request) -> str:
    """Return a shell command that sends the same request; raise `ValueError` where its body is not known."""
    body = whole_body(request)
    place = target(request)
    words = ["curl", "--globoff", "--path-as-is", f"--user {KEYS}"]
    words.append("--head" if request.method == "HEAD" else f"--request {shlex.quote(request.method)}")
    for name, value in repeated_headers(request):
        words.append(f"--header {shlex.quote(f'{name}: {value}')}")
    before, after = "", ""
    if body:
        if "content-type" not in request.headers:
            words.append("--header 'Content-Type:'")
        argument, before, after = curl_body(body)
        words.append(argument)
    words.append(f'"{place[0]}"{shlex.quote(place[1]) if place[1] else ""}')
    return before + " ".join(words) + after


def curl_body(body: bytes) -> tuple[str, str, str]:
    """Return the argument that sends a body, and what has to stand before and after the command for it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\\0"
    if "\0" in text or "\r" in text or text == "\\0":
        return "--data-binary @-", f"printf %s {b64encode(body).decode()} | base64 --decode | ", ""
    if len(body) <= LONGEST_ARGUMENT:
        return f"--data-raw {shlex.quote(text)}", "", ""
    end = "END_OF_BODY"
    while end in text:
        end += "_"
    return "--data-binary @-", "", f" <<'{end}'\n{text}\n{end}"


def as_python(request: Request) -> str:
    """Return a script that sends the same request, by our client where its answer was a success.

    Raises `ValueError` where the body is not known.
    """
    call = client_call(request)
    if call is None:
        return httpx_script(request)
    imports = ["from sendcloud_orders import OrdersClient", ""]
    if "date.fromisoformat" in call:
        imports = ["from datetime import date", "", *imports]
    return "\n".join([*imports, "with OrdersClient.from_env() as orders:", indented(call), ""])


def client_call(request: Request) -> str | None:
    """Return what calls our client for the same, or None where it would not send the same."""
    order = request.path.removeprefix(f"{API_PATH}/orders").strip("/")
    if not request.path.startswith(f"{API_PATH}/orders") or (order and not order.isascii()) or "/" in order:
        return None
    if not 200 <= (request.status or 0) < 300 or "x-sandbox-fault" in request.headers or request.fault:
        return None
    if order:
        return one_order_call(request, order)
    if request.method == "GET":
        return list_call(request.query)
    if request.method == "POST" and request.orders and not request.query:
        return f"report = orders.upsert({literal(json.loads(whole_body(request)))})\nprint(report)"
    return None


def one_order_call(request: Request, order: str) -> str | None:
    """Return the call for one order."""
    if not order.isdigit() or request.query:
        return None
    match request.method:
        case "GET":
            return f"print(orders.get({int(order)}))"
        case "DELETE":
            return f"orders.delete({int(order)})"
        case "PATCH":
            return f"print(orders.update({int(order)}, {literal(json.loads(whole_body(request)))}))"
    return None


def list_call(query: str) -> str | None:
    """Return the call that asks for the same page and those behind it, or None for a query that no client sends."""
    pairs = parse_qsl(query, keep_blank_values=True)
    arguments: dict[str, str] = {}
    for name, value in pairs:
        written = filter_value(name, value)
        if name in arguments or written is None:
            return None
        arguments[name] = written
    given = ", ".join(f"{name}={value}" for name, value in arguments.items())
    return f"for order in orders.list({given}):\n    print(order.id, order.order_number)"


def filter_value(name: str, value: str) -> str | None:
    """Return a filter as an argument of Python, or None for one that no client sends."""
    if name == "integration" and IDS.fullmatch(value):
        return repr([int(part) for part in value.split(",")])
    if name == "sort" and SORT.fullmatch(value):
        return repr(value.split(","))
    if name == "page_size" and PAGE_SIZE.fullmatch(value):
        return value
    if DAY_FILTER.fullmatch(name) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return f"date.fromisoformat({value!r})"
    return repr(value) if name in TEXTS and value else None


def httpx_script(request: Request) -> str:
    """Return a script that sends the same bytes with httpx."""
    body = whole_body(request)
    base, rest = target(request)
    url = 'os.environ["SENDCLOUD_BASE_URL"]'
    if base != "$SENDCLOUD_BASE_URL":
        url += f'.removesuffix("{API_PATH}")'
    lines = [
        "import os",
        "",
        "import httpx",
        "",
        'keys = os.environ["SENDCLOUD_PUBLIC_KEY"], os.environ["SENDCLOUD_SECRET_KEY"]',
        "answer = httpx.request(",
        f"    {request.method!r},",
        f"    {url} + {rest!r},",
        "    auth=keys,",
    ]
    headers = dict(repeated_headers(request))
    if headers:
        lines.append(f"    headers={headers!r},")
    if body:
        lines.append(f"    content={bytes_literal(body)},")
    return "\n".join([*lines, ")", "print(answer.status_code, answer.text)", ""])


def whole_body(request: Request) -> bytes:
    """Return the body of a request; raise `ValueError` where it is not kept as a whole."""
    if request.sent.state != "whole":
        raise ValueError(f"the body of this request is {request.sent.state}, so that it cannot be sent again")
    return request.body


def target(request: Request) -> tuple[str, str]:
    """Return where a request went: what the environment says, in the words of a shell, and what comes behind it."""
    behind = quote(request.path) + (f"?{request.query}" if request.query else "")
    if request.path.startswith(f"{API_PATH}/"):
        return "$SENDCLOUD_BASE_URL", behind.removeprefix(API_PATH)
    return f"${{SENDCLOUD_BASE_URL%{API_PATH}}}", behind


def repeated_headers(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the headers that make a difference."""
    for name in REPEATED:
        if name in request.headers:
            yield "-".join(part.capitalize() for part in name.split("-")), request.headers[name]


def literal(value: Any) -> str:
    """Return JSON data as an expression of Python."""
    return pformat(value, width=100, sort_dicts=False)


def bytes_literal(body: bytes) -> str:
    """Return bytes as an expression of Python, as text where they are text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return repr(body)
    return f"{text!r}.encode()"


def indented(text: str) -> str:
    """Indent lines; a literal has no line breaks inside its texts."""
    return "\n".join(f"    {line}" for line in text.splitlines())
