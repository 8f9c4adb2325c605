"""Reading answers: error bodies of every known form, conflicts, and messages that quote a customer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders import ConflictError, ContractError, FieldError, ServerError, TimeoutError, TransportError
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
    is_conflict,
    is_uncertain,
    read_answer,
    read_errors,
    without_quotations,
)
from sendcloud_orders_api.api.orders import upsert_orders

CONFLICT = "We are still processing a previous request. Please try again in a moment."


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.rule("ERROR-ENVELOPE", "ERROR-CODES-OPEN")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {
                "errors": [
                    {
                        "detail": "String should have at least 3 characters",
                        "status": "400",
                        "source": {"pointer": "/data/attributes/[2]/payment_details/total_price/currency"},
                        "code": "invalid",
                    }
                ]
            },
            [
                FieldError(
                    "String should have at least 3 characters",
                    ("payment_details", "total_price", "currency"),
                    "invalid",
                    index=2,
                )
            ],
        ),
        (
            {"errors": {"status": 400, "code": "surprising", "title": "T", "detail": "D", "links": None, "meta": {}}},
            [FieldError("D", code="surprising")],
        ),
        (
            {"errors": [{"code": "invalid_choice", "detail": "Select.", "source": {"parameter": "integration"}}]},
            [FieldError("Select.", code="invalid_choice", parameter="integration")],
        ),
        (
            {"errors": [{"detail": "Unknown.", "source": {"header": "Sendcloud-Partner-Id"}}]},
            [FieldError("Unknown.", header="Sendcloud-Partner-Id")],
        ),
        ({"errors": [{"title": "Not found", "source": None}]}, [FieldError("Not found")]),
        ({"errors": [{"code": "throttled", "detail": None}]}, [FieldError("throttled", code="throttled")]),
        ({"errors": ["plain text"]}, [FieldError("plain text")]),
        ({"error": {"code": 400, "message": "Old envelope", "request": "api/v2"}}, [FieldError("Old envelope")]),
        (
            {"detail": "Authentication credentials were not provided."},
            [FieldError("Authentication credentials were not provided.")],
        ),
        ({"message": "Oops"}, [FieldError("Oops")]),
        (
            {"error": "invalid_client", "error_description": "Client authentication failed", "status_code": 401},
            [FieldError("Client authentication failed", code="invalid_client")],
        ),
        ({}, []),
        ([], []),
        (None, []),
        (17, []),
    ],
)
def test_each_known_form_of_error_body_is_read(content: Any, expected: list[FieldError]) -> None:
    assert list(read_errors(body(content))) == expected


@pytest.mark.rule("ERROR-ENVELOPE")
@pytest.mark.parametrize("content", [b"", b"<html>Bad gateway</html>", b"\xff\xfe", b'{"errors": [', b"[" * 5000])
def test_a_body_that_is_no_json_gives_no_error_and_no_exception(content: bytes) -> None:
    assert read_errors(content) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "detail", "title", "code", "source", "pointer", "parameter", "header"]),
            inner,
        )
    ),
    max_leaves=8,
)


@pytest.mark.rule("ERROR-ENVELOPE")
@given(JSON)
def test_no_json_breaks_the_reader_of_errors(content: Any) -> None:
    for error in read_errors(body(content)):
        assert error.message


@pytest.mark.rule("UPSERT-CONFLICT")
@pytest.mark.parametrize(
    ("status", "errors", "expected"),
    [
        (400, [FieldError(CONFLICT)], True),
        (400, [FieldError(CONFLICT.upper())], True),
        (400, [FieldError("Field required", ("order_id",), index=0), FieldError(CONFLICT)], True),
        (400, [FieldError("Field required", ("order_id",), index=0)], False),
        (400, [FieldError("still processing", ("order_details", "notes"), index=0)], False),
        (400, [], False),
        (409, [], True),
        (404, [FieldError(CONFLICT)], False),
    ],
)
def test_a_conflict_is_told_by_its_status_or_by_its_words_about_the_whole_batch(
    status: int, errors: list[FieldError], expected: bool
) -> None:
    assert is_conflict(status, errors) is expected


def test_what_a_message_quotes_of_the_order_is_blanked_out() -> None:
    sent = body([{"order_id": "A-1001", "customer_details": {"name": "Jane Doe", "email": "jane@example.com"}}])
    errors = (FieldError("JANE DOE <jane@example.com> is unknown; order A-1001"),)
    request = upsert_orders.build_request(body=sent)
    assert without_quotations(errors, request)[0].message == "[...] <[...]> is unknown; order A-1001"


def test_what_a_message_quotes_of_the_credentials_is_blanked_out() -> None:
    request = upsert_orders.build_request(body=b"[]")
    told = (FieldError("hidden-key of public-key, sent as Basic cHVibGljLWtleTpoaWRkZW4ta2V5"),)
    [error] = without_quotations(told, request, "Basic cHVibGljLWtleTpoaWRkZW4ta2V5")
    assert error.message == "[...] of [...], sent as Basic [...]"


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
