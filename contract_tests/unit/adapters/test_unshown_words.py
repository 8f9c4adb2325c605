"""Whatever an answer quotes, in whatever spelling: none of it is told.

Two kinds of proof. What is told must not depend on what was planted: an answer that quotes one text and the same answer
that quotes another one tell the same, to the byte. And a list of planted texts is looked for in every spelling.
"""

from __future__ import annotations

import html
import json
import logging
import pickle
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService, ScriptedFault, answer_with
from orders.factory import order
from sendcloud_orders import (
    BasicCredentials,
    FieldError,
    Hooks,
    OAuth2Credentials,
    Rejected,
    RetryPolicy,
    SendcloudError,
    UpsertReport,
)
from sendcloud_orders.delivery import upsert_call
from sendcloud_orders.exchange import Answer, Call, Exchange, error_of, read_answer
from sendcloud_orders.operations import read_order
from sendcloud_orders.pagination import page_call
from sendcloud_orders.vocabulary import vocabulary
from sendcloud_orders.wordings import BLANK, known_code, known_words

SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON twice": lambda text: json.dumps(json.dumps(text)),
    "repr": repr,
    "HTML": lambda text: html.escape(text).replace("e", "&#101;"),
    "percent": lambda text: quote(text, safe=""),
    "plus": quote_plus,
    "every byte percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 of a URL": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "upper": str.upper,
    "swapped case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "its first half": lambda text: text[: max(2, len(text) // 2)],
    "its last half": lambda text: text[-max(2, len(text) // 2) :],
    "broken lines": lambda text: "\r\n".join(text),
    "spaced": " ".join,
    "very long": lambda text: text * (20_000 // len(text)),
}
QUOTATIONS = [
    "{}",
    "Field required {}",
    "Field required\n{}",
    "Input should be '{}'",
    "Input should be 'kg', '{}' or 'oz'",
    "Input should be a valid {}",
    "Input should be a valid datetime, {}",
    "Order id {} cannot be changed",
    "Integration with id {} does not exist",
    "Select a valid choice. {} is not one of the available choices.",
    "JSON parse error - {}",
    'Method "{}" not allowed.',
    "String should match pattern '{}'",
    "Value error, {}",
    "{}: Not found",
]
HOLE = "\ue000"
"""Stands where a quotation goes."""


def fill(shape: Any, text: str) -> Any:
    """Put a text into every hole of a decoded JSON document, keys included."""
    if isinstance(shape, str):
        return shape.replace(HOLE, text)
    if isinstance(shape, list):
        return [fill(one, text) for one in shape]
    if isinstance(shape, dict):
        return {fill(name, text): fill(one, text) for name, one in shape.items()}
    return shape


def told_by(error: SendcloudError) -> list[str]:
    """List all that an error tells without being asked for `raw`."""
    errors: tuple[FieldError, ...] = getattr(error, "errors", ())
    rejected = Rejected(3, None, errors, 400)
    report = UpsertReport(rejected=[rejected])
    told = [str(error), repr(error), repr(vars(error)), repr(error.args)]
    told += [text for one in errors for text in (str(one), repr(one))]
    told += [str(report), repr(report), str(rejected), repr(rejected)]
    return [*told, pickle.dumps(error).decode("latin-1"), pickle.dumps(report).decode("latin-1")]


CALLS: list[Call[Any]] = [upsert_call([]), next(read_order(669)), page_call({}, None)]  # type: ignore[arg-type]


def tell(status: int, content: bytes) -> list[list[str]]:
    """Read an answer as that of several operations; list what its error tells, and nothing where it is a success."""
    told = []
    for call in CALLS if status < 300 else CALLS[:1]:  # an error is read alike for all
        outcome = read_answer(call, Answer(status, {"content-type": "application/json"}, content))
        assert HOLE not in repr(outcome)
        error = error_of(call.operation, Exchange(outcome, 1, False, 0.0, 1.0))
        told.append([repr(outcome), *told_by(error)] if error else [])
    return told


# ---------------------------------------------------------------- what is told does not depend on what is quoted

QUOTED = st.sampled_from([quotation.format(HOLE) for quotation in QUOTATIONS])
POINTERS = st.sampled_from(
    [
        HOLE,
        f"/data/attributes/[0]/{HOLE}",
        f"/data/attributes/[0]/{HOLE}/name",
        f"/data/attributes/{HOLE}",
        f"order/{HOLE}",
    ]
)
ANYWHERE = QUOTED | st.lists(QUOTED, max_size=2) | st.dictionaries(QUOTED, QUOTED, max_size=2)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "status": QUOTED,
        "code": QUOTED | st.just("invalid"),
        "title": ANYWHERE,
        "detail": ANYWHERE | st.just("Field required"),
        "message": ANYWHERE,
        "error_description": QUOTED,
        "error_hint": QUOTED,
        "meta": ANYWHERE,
        "source": QUOTED
        | st.fixed_dictionaries({}, optional={"pointer": POINTERS, "parameter": QUOTED, "header": QUOTED}),
        HOLE: QUOTED,
    },
)
BODY = (
    st.fixed_dictionaries({"errors": st.lists(ENTRY | QUOTED, max_size=3) | ENTRY})
    | st.fixed_dictionaries({"error": ENTRY | QUOTED, "error_description": QUOTED, "error_hint": QUOTED})
    | ENTRY
    | ANYWHERE
)
ROW = st.fixed_dictionaries(
    {"id": QUOTED | st.none(), "order_id": QUOTED},
    optional={
        "order_details": QUOTED | st.dictionaries(QUOTED | st.just("order_items"), QUOTED, max_size=2),
        "customs_details": st.fixed_dictionaries({"tax_numbers": st.dictionaries(QUOTED, QUOTED, max_size=2)}),
        HOLE: QUOTED,
    },
)
SUCCESS = st.fixed_dictionaries(
    {"data": ROW | st.lists(ROW, min_size=1, max_size=2) | QUOTED | st.dictionaries(QUOTED, ROW)}
)
# Slashes and brackets make other steps of a pointer, stops and commas other slots of a wording: how many there were is
# told, and nothing else.
STRANGE = st.text(st.characters(exclude_characters="/[].,", exclude_categories=["Cs"]), min_size=2, max_size=30)
NAMES = st.sampled_from(
    ["Jo", "Janssen", "Zoë", "O'Brien", "s3cret", "1011 AB", "+31655500000", "<b>Jane</b>", "a&b", "-----"]
)


def is_no_word_of_the_service(text: str) -> bool:
    known = vocabulary()
    words = known.fields | known.parameters | known.headers | known.codes | known.patterns
    numbers = text.strip().lstrip("-").replace(".", "")
    return (
        text not in words
        and not (numbers.isascii() and numbers.isdigit() and len(numbers) < 13)
        and known_code(text) == BLANK
        and known_words(text) == BLANK
        and all(known_words(quotation.format(text)).count(BLANK) for quotation in QUOTATIONS)
    )


@given(
    BODY | SUCCESS,
    NAMES | STRANGE,
    NAMES | STRANGE,
    st.sampled_from(list(SPELLINGS)),
    st.sampled_from([200, 400, 404, 500]),
)
def test_what_is_told_does_not_depend_on_what_an_answer_quotes(
    shape: Any, one: str, other: str, spelling: str, status: int
) -> None:
    first, second = SPELLINGS[spelling](one), SPELLINGS[spelling](other)
    assume(is_no_word_of_the_service(first) and is_no_word_of_the_service(second))
    assert tell(status, json.dumps(fill(shape, first)).encode()) == tell(
        status, json.dumps(fill(shape, second)).encode()
    )


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from([200, 400, 404, 500]))
def test_what_is_told_of_a_body_that_is_no_json_does_not_depend_on_what_it_says(
    one: str, other: str, status: int
) -> None:
    for start in ("<html>", "<?xml?>", "x"):
        first, second = ((start + text).encode(errors="replace") for text in (one, other))
        assert tell(status, first) == tell(status, second)


# ---------------------------------------------------------------- planted texts, looked for in every spelling

PUBLIC, SECRET = "planted-public", "Pl4nted-hidden"
BASIC = b64encode(f"{PUBLIC}:{SECRET}".encode()).decode()
PRIVATE = ["Jörg Plänted", "jp@planted.example", "Jo", "ZQ", "QX7", "0655512345", "1011 XQ", 'Ünï "quoted" & <b>']
PLANTED = [SECRET, BASIC, "Jo", "QX7", "0655512345", 'Ünï "quoted" & <b>']
OTHER_SPELLINGS = {name: spell for name, spell in SPELLINGS.items() if name != "very long"}
# Short texts are part of many words. They are looked for as the answers below quote them: between marks.
LEFT, RIGHT = "\u2039", "\u203a"


def marked(text: str) -> str:
    return f"{LEFT}{text}{RIGHT}"


def private_order() -> dict[str, Any]:
    one = order("A-1")
    name, email, *further = PRIVATE
    one["customer_details"] = {"name": name, "email": email}
    one["order_details"]["notes"] = " ".join(further)
    return one


def places(said: str) -> dict[str, Any]:
    """Make bodies that hold a text in each place of an answer."""
    entry = {"status": "400", "code": "invalid", "detail": "Invalid"}
    return {
        "detail": {"errors": [{**entry, "detail": said}]},
        "title": {"errors": [{**entry, "detail": said, "title": said}]},
        "code": {"errors": [{**entry, "code": said}]},
        "pointer": {"errors": [{**entry, "source": {"pointer": said}}]},
        "step": {"errors": [{**entry, "source": {"pointer": f"/data/attributes/[0]/order_details/{said}"}}]},
        "parameter": {"errors": [{**entry, "source": {"parameter": said}}]},
        "header": {"errors": [{**entry, "source": {"header": said}}]},
        "keys": {"errors": [{**entry, said: said, "meta": {said: said}}], said: said},
        "strings": {"errors": [said, said]},
        "single": {"errors": {"detail": said, "code": said}},
        "old": {"error": {"code": 400, "message": said, "request": said}},
        "oauth": {"error": said, "error_description": said, "error_hint": said, "error_debug": said},
        "flat": {"detail": said, "message": said},
        "rows": {"data": [{"id": said, "order_id": said, said: said}]},
        "row": {"data": {"id": said, "order_details": {said: {said: said}, "order_items": said}}},
        "text": said,
        "list": [said, [said]],
    }


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("spelling", OTHER_SPELLINGS)
def test_no_planted_text_is_told_in_any_spelling_from_any_place(spelling: str, status: int) -> None:
    for text in PLANTED:
        quoted = SPELLINGS[spelling](marked(text))
        for place, shape in places(quoted).items():
            for told in tell(status, json.dumps(shape).encode()):
                for one in told:
                    assert quoted not in one, f"{text} from {place}"
                    assert LEFT not in one, f"{text} from {place}"
                    assert text not in one or len(text) < 4, f"{text} from {place}"


# ---------------------------------------------------------------- through both clients, and the token endpoint


def echo(request: httpx.Request, spelling: str) -> str:
    """Quote a whole request, credentials included, in one spelling."""
    return SPELLINGS[spelling](f"{request.url} {dict(request.headers)} {request.content.decode()} {SECRET} {BASIC}")


def is_told(planted: str, text: str) -> bool:
    return len(planted) > 3 and planted.casefold() in text.casefold()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spelling", ["raw", "JSON", "base64", "swapped case", "its first half"])
def test_a_service_that_echoes_is_not_quoted(kind: ClientKind, spelling: str, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    said: list[str] = []
    hooks = Hooks(batch=lambda outcome: told.append(repr(outcome)), retry=lambda event: told.append(repr(event)))

    def answer_at(place: str) -> ScriptedFault:
        def answer(request: httpx.Request, carry_out: object) -> httpx.Response:
            said.append(echo(request, spelling))
            return httpx.Response(400, json=places(said[-1])[place])

        return answer

    service = FakeService(answer_at(place) for place in places("") for _ in range(4))
    client = Driven(kind, service, credentials=BasicCredentials(PUBLIC, SECRET), hooks=hooks)
    with caplog.at_level(logging.DEBUG):
        for _ in places(""):
            for work in (
                lambda: client.upsert([private_order()]).raise_for_rejected(),
                lambda: client.upsert([private_order()], on_rejected="isolate").raise_for_rejected(),
                lambda: client.update(669, {"order_details": {"notes": PRIVATE[0]}}),
                lambda: list(client.list(order_number=PRIVATE[0])),
            ):
                with pytest.raises(SendcloudError) as caught:
                    work()
                told += [
                    *told_by(caught.value),
                    *traceback.format_exception(caught.value),
                    str(caught.value.report),
                    repr(caught.value.report),
                ]
    client.close()
    everything = "\n".join([*told, caplog.text, *(repr(vars(record)) for record in caplog.records)])
    spelled = [SPELLINGS[spelling](text) for text in (SECRET, BASIC, PRIVATE[0], PRIVATE[1])]
    assert [planted for planted in (*spelled, SECRET, BASIC, *PRIVATE) if is_told(planted, everything)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 500])
def test_a_token_endpoint_that_echoes_is_not_quoted(
    kind: ClientKind, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = iter(places(""))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=places(echo(request, "raw") * 100)[next(wanted)])

    credentials = OAuth2Credentials(PUBLIC, SECRET)
    client = Driven(kind, httpx.MockTransport(answer), credentials=credentials, retry=RetryPolicy.none())
    told: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for _ in places(""):
            with pytest.raises(SendcloudError) as caught:
                client.get(669)
            told += [*told_by(caught.value), *traceback.format_exception(caught.value)]
            assert len(str(caught.value)) < 1000
    client.close()
    everything = "\n".join([*told, caplog.text])
    assert [planted for planted in (PUBLIC, SECRET, BASIC) if is_told(planted, everything)] == []


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"error": "invalid_client", "error_description": f"Client {PUBLIC} is unknown"},
            (
                "The token endpoint answered with 401: [...] (code invalid_client). "
                "Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET. "
                "The answer's own words are in `raw` (which no pickle holds)."
            ),
        ),
        (
            {"error": "invalid_client", "error_description": "Client authentication failed"},
            (
                "The token endpoint answered with 401: Client authentication failed. "
                "Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET."
            ),
        ),
        (
            {"error": "invalid_scope", "error_description": f"Scope of {PUBLIC}"},
            (
                "The token endpoint answered with 401 invalid_scope: [...]. "
                "Check the scope, and that OAuth2 is switched on for this integration."
            ),
        ),
    ],
)
def test_a_refused_token_says_why_in_known_words_and_the_rest_on_request(body: dict[str, str], told: str) -> None:
    with pytest.raises(SendcloudError) as caught:
        OAuth2Credentials(PUBLIC, SECRET, fetch=lambda *asked: (401, json.dumps(body).encode())).authorization()
    assert str(caught.value) == told
    assert json.loads(caught.value.raw) == body


@pytest.mark.rule("ERROR-POINTER")
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_in_unknown_words_still_names_order_and_field_and_code(kind: ClientKind) -> None:
    entry = {"code": "invalid", "detail": "Planted words", "source": {"pointer": "/data/attributes/[1]/order_number"}}
    refusal = answer_with(lambda: httpx.Response(400, json={"errors": [entry]}))
    outcomes: list[Any] = []
    client = Driven(kind, FakeService([refusal]), hooks=Hooks(batch=outcomes.append))
    report = client.upsert([order("A"), order("B")], on_rejected="isolate")
    client.close()
    [rejected] = report.rejected
    assert (rejected.position, str(rejected.errors[0])) == (1, "order_number: [...] (code invalid)")
    assert [accepted.position for accepted in report.accepted] == [0]
