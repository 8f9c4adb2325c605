"""Reading answers: what is a success, what is an error, and what leaves in doubt whether anything was done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sendcloud_orders import ConflictError, ContractError, ServerError, TimeoutError, TransportError
from sendcloud_orders.delivery import upsert_call
from sendcloud_orders.exchange import (
    UPSERT,
    Answer,
    Call,
    Exchange,
    Lost,
    Outcome,
    Refused,
    Succeeded,
    Unreadable,
    error_of,
    is_uncertain,
    read_answer,
)
from sendcloud_orders_api.api.orders import upsert_orders

CONFLICT = "We are still processing a previous request. Please try again in a moment."


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_conflict_is_seen_even_when_the_order_holds_the_words_that_tell_it() -> None:
    call = upsert_call([])
    request = upsert_orders.build_request(body=body([{"notes": "still processing"}]))
    answer = Answer(400, {}, body({"errors": [{"detail": CONFLICT, "source": {"pointer": "/data"}}]}))
    outcome = read_answer(Call(UPSERT, request, call.read), answer)
    assert isinstance(outcome, Refused)
    assert outcome.conflict


@pytest.mark.rule("UPSERT-STATUS", "READ-ID")
@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("identifier", [669, "669"])
def test_any_success_status_with_a_readable_body_is_a_success(status: int, identifier: object) -> None:
    content = body({"data": [{"id": identifier, "order_id": "A-1", "order_number": "1", "new": {}}], "extra": 1})
    outcome = read_answer(upsert_call([]), Answer(status, {}, content))
    assert isinstance(outcome, Succeeded)
    assert [reference.id for reference in outcome.value] == [669]


@pytest.mark.rule("READ-TOLERANT")
@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b"<html>", ""),
        (b"", ""),
        (b'{"data": [{"id": 1', ""),
        (b'{"data": null}', "$.data"),
        (b"{}", ""),
        (b'{"data": [{"id": null, "order_id": "A", "order_number": "1"}]}', "$.data[0].id"),
    ],
)
def test_a_success_that_cannot_be_read_is_one_typed_error_with_the_place_of_the_trouble(
    content: bytes, path: str
) -> None:
    outcome = read_answer(upsert_call([]), Answer(201, {"content-type": "text/html"}, content))
    assert isinstance(outcome, Unreadable)
    assert outcome.problem.path == path
    assert outcome.problem.status == 201


HTML = "The answer is HTML, not JSON: a proxy or a wrong base URL may have answered."
V2 = "The answer has the form of the v2 API: the base URL should end with /api/v3."


@pytest.mark.rule("READ-TOLERANT")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!DOCTYPE html><html><title>Sign in</title>", HTML),
        (b"\xef\xbb\xbf \r\n <html>", HTML),
        (
            b'<?xml version="1.0"?><Error/>',
            "The answer is XML, not JSON: a proxy or a wrong base URL may have answered.",
        ),
        (b"upstream timed out", "The answer is plain text, not JSON: a proxy or a wrong base URL may have answered."),
        (b"502 Bad Gateway", "The answer is plain text, not JSON: a proxy or a wrong base URL may have answered."),
        (b"", "The answer is empty."),
        (b" \r\n", "The answer is empty."),
        (b'{"parcels": [{"id": 1}], "next": null, "previous": null}', V2),
        (b'{"error": {"code": 404, "message": "No such page", "request": "api/v2/orders"}}', V2),
    ],
)
def test_a_success_in_another_form_is_called_what_it_is(content: bytes, told: str) -> None:
    outcome = read_answer(upsert_call([]), Answer(201, {}, content))
    assert isinstance(outcome, Unreadable)
    assert str(outcome.problem) == f"The answer to upsert_orders (status 201) cannot be read. {told}"


def test_a_success_that_breaks_off_says_where() -> None:
    outcome = read_answer(upsert_call([]), Answer(201, {}, b'{"data": ?'))
    assert isinstance(outcome, Unreadable)
    assert str(outcome.problem).endswith("JSON is malformed: invalid character at byte 9.")


@pytest.mark.parametrize(
    ("outcome", "uncertain"),
    [
        (Succeeded(201, []), False),
        (Refused(400), False),
        (Refused(429), False),
        (Refused(500), True),
        (Refused(520), True),
        (Unreadable(200, ContractError("x")), True),
        (Lost(sent=True), True),
        (Lost(sent=False), False),
    ],
)
def test_only_an_outcome_that_proves_the_contrary_leaves_no_doubt_that_nothing_was_done(
    outcome: Outcome[Any], uncertain: bool
) -> None:
    assert is_uncertain(outcome) is uncertain


def test_an_exchange_without_an_answer_becomes_a_transport_error_that_says_whether_it_was_sent() -> None:
    lost: Exchange[Any] = Exchange(Lost(sent=False), attempts=3, sent_before=True, began=0, ended=1)
    error = error_of(UPSERT, lost)
    assert type(error) is TransportError
    assert error.sent
    late: Exchange[Any] = Exchange(Lost(sent=True, timed_out=True), attempts=1, sent_before=False, began=0, ended=1)
    assert type(error_of(UPSERT, late)) is TimeoutError


def test_an_exchange_with_an_error_answer_becomes_the_class_of_its_status() -> None:
    conflict: Exchange[Any] = Exchange(Refused(400, conflict=True), attempts=1, sent_before=False, began=0, ended=1)
    assert type(error_of(UPSERT, conflict)) is ConflictError
    failed: Exchange[Any] = Exchange(Refused(520), attempts=1, sent_before=False, began=0, ended=1)
    assert type(error_of(UPSERT, failed)) is ServerError
