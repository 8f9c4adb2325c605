"""The bodies of errors: every known form, conflicts, missing orders and wrong addresses, and a bound on everything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders import FieldError
from sendcloud_orders.error_bodies import LONGEST_BODY, MOST_ERRORS, MOST_WORDINGS, read_error_body, remark_on
from sendcloud_orders.wordings import BLANK, LONGEST_WORDING, known_words

CONFLICT = "We are still processing a previous request. Please try again in a moment."
HTML = "The answer is HTML, not JSON: a proxy or a wrong base URL may have answered."
V2 = "The answer has the form of the v2 API: the base URL should end with /api/v3."


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def entry(detail: str, **more: Any) -> dict[str, Any]:
    return {"status": "400", "code": "invalid", "detail": detail, **more}


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
            {"errors": {"status": 400, "code": "missing", "title": "T", "detail": "Field required", "links": None}},
            [FieldError("Field required", code="missing")],
        ),
        (
            {"errors": {"status": 400, "code": "surprising", "title": "T", "detail": "D", "links": None, "meta": {}}},
            [FieldError(BLANK, code=BLANK)],
        ),
        (
            {"errors": [entry("Jane", title="Invalid Choice", source={"parameter": "integration"})]},
            [FieldError("Invalid Choice: [...]", code="invalid", parameter="integration")],
        ),
        (
            {"errors": [{"detail": "Partner id is not valid", "source": {"header": "Sendcloud-Partner-Id"}}]},
            [FieldError("Partner id is not valid", header="Sendcloud-Partner-Id")],
        ),
        (
            {"errors": [{"detail": "Invalid", "source": {"header": "X-Jane", "parameter": "jane"}}]},
            [FieldError("Invalid", header=BLANK, parameter=BLANK)],
        ),
        ({"errors": [{"title": "Not found", "source": None}]}, [FieldError("Not found")]),
        ({"errors": [{"code": "throttled", "detail": None}]}, [FieldError("throttled", code="throttled")]),
        ({"errors": ["Not found.", 7, None, []]}, [FieldError("Not found.")]),
        ({"errors": [{}, {"source": {"pointer": "/data"}}]}, []),
        ({"error": {"code": 400, "message": "Invalid", "request": "api/v2"}}, [FieldError("Invalid")]),
        (
            {"detail": "Authentication credentials were not provided."},
            [FieldError("Authentication credentials were not provided.")],
        ),
        ({"message": "Oops"}, [FieldError(BLANK)]),
        (
            {"error": "invalid_client", "error_description": "Client authentication failed", "status_code": 401},
            [FieldError("Client authentication failed", code="invalid_client")],
        ),
        ({"error": "invalid_scope"}, [FieldError("invalid_scope", code="invalid_scope")]),
        ({}, []),
        ([], []),
        (None, []),
        (17, []),
    ],
)
def test_each_known_form_of_error_body_is_read(content: Any, expected: list[FieldError]) -> None:
    assert list(read_error_body(400, body(content)).errors) == expected


@pytest.mark.rule("ERROR-ENVELOPE")
@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (b"", "The answer is empty."),
        (b"<html>Bad gateway</html>", HTML),
        (b"\n" * 100 + b"<html>Bad gateway</html>", HTML),
        (b" " * 100 + b"{}", ""),
        (b"\xff\xfe", "The answer is plain text, not JSON: a proxy or a wrong base URL may have answered."),
        (b'{"errors": [', ""),
        (b'{"errors": ["\xff"]}', ""),
        (b"[" * 5000, ""),
        (b'{"errors":' * 5000, ""),
        (body({"error": {"code": 401, "message": "Invalid username/password.", "request": "api/v2/orders"}}), V2),
        (body({"error": {"code": 404, "message": "Not Found"}}), V2),
        (body({"error": {"message": "Not Found"}}), ""),
    ],
)
def test_a_body_in_another_form_is_called_what_it_is_and_never_breaks_the_reader(content: bytes, remark: str) -> None:
    assert read_error_body(400, content).remark == remark


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
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
@given(JSON.map(body) | st.binary(), st.sampled_from([400, 404, 409, 500]))
def test_no_body_breaks_the_reader(content: bytes, status: int) -> None:
    for error in read_error_body(status, content).errors:
        assert error.message


# ---------------------------------------------------------------- conflicts


@pytest.mark.rule("UPSERT-CONFLICT")
@pytest.mark.parametrize(
    ("status", "errors", "expected"),
    [
        (400, [entry(CONFLICT, source={"pointer": "/data"})], True),
        (400, [entry(CONFLICT.upper())], True),
        (400, [entry("Field required", source={"pointer": "/data/attributes/[0]/order_id"}), entry(CONFLICT)], True),
        (400, [entry("Field required", source={"pointer": "/data/attributes/[0]/order_id"})], False),
        (400, [entry("still processing", source={"pointer": "/data/attributes/[0]/order_details/notes"})], False),
        (400, [], False),
        (409, [], True),
        (404, [entry(CONFLICT)], False),
    ],
)
def test_a_conflict_is_told_by_its_status_or_by_its_words_about_the_whole_batch(
    status: int, errors: list[dict[str, Any]], expected: bool
) -> None:
    assert read_error_body(status, body({"errors": errors})).conflict is expected


# ---------------------------------------------------------------- missing, or the wrong address


@pytest.mark.rule("GET-MISSING", "DELETE-MISSING")
@pytest.mark.parametrize(
    "errors",
    [
        [entry("The order could not be found with the search criteria given", code="not_found", title="Not found")],
        [entry("Could not find specified item.", code="not_found")],
        [entry("Geen bestelling gevonden", code="geen")],
        entry("Not found."),
        [{"title": "Not found"}],
    ],
)
def test_a_404_in_the_envelope_says_that_the_order_is_gone_in_whatever_words(errors: Any) -> None:
    assert not read_error_body(404, body({"errors": errors})).unknown_address


@pytest.mark.rule("GET-MISSING", "DELETE-MISSING")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><h1>Not Found</h1></html>",
        b"404 page not found",
        b'{"detail": "Not Found"}',
        b'{"detail": "Not found."}',
        b'{"message": "no Route matched with those values"}',
        b'{"error": {"code": 404, "message": "Not Found", "request": "api/v2/orders/669"}}',
        b'{"type": "about:blank", "title": "Route not resolved", "status": 404}',
        b'{"errors": []}',
        b'{"errors": null}',
        b'{"errors": {}}',
        b'{"errors": [{"status": "404"',
        b"null",
        body({"errors": [entry("The page you have requested could not be found.", code="not_found")]}),
        body({"errors": [entry("Nothing here", code="route_not_found")]}),
    ],
)
def test_any_other_404_comes_from_a_server_that_knows_no_such_address(content: bytes) -> None:
    assert read_error_body(404, content).unknown_address
    assert not read_error_body(400, content).unknown_address


# ---------------------------------------------------------------- bounds


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the texts that are held against the wordings."""
    texts: list[str] = []

    def looked_up(text: str) -> str:
        texts.append(text)
        return known_words(text)

    monkeypatch.setattr("sendcloud_orders.error_bodies.known_words", looked_up)
    return texts


@pytest.mark.parametrize("place", ["detail", "title", "code", "meta"])
def test_of_a_body_of_megabytes_a_few_hundred_characters_are_looked_at(place: str, looked_at: list[str]) -> None:
    echo = "Field required " * 220_000
    [shown] = read_error_body(400, body({"errors": [{"detail": "Invalid", place: echo}]})).errors
    assert shown.message in ("Invalid", BLANK)
    assert sum(map(len, looked_at)) <= 3 * (LONGEST_WORDING + 1)


def test_of_many_thousand_errors_the_first_are_read_and_the_others_counted(looked_at: list[str]) -> None:
    errors = [
        entry("Field required", source={"pointer": f"/data/attributes/[{n % 100}]/order_id"}) for n in range(20_000)
    ]
    read = read_error_body(400, body({"errors": errors}))
    assert (len(read.errors), read.omitted) == (MOST_ERRORS, 20_000 - MOST_ERRORS)
    assert {error.index for error in read.errors} == set(range(100))
    assert looked_at == ["Field required"]


def test_of_many_wordings_no_more_are_looked_up_than_a_service_has(looked_at: list[str]) -> None:
    errors = [entry(f"Integration with id {n} does not exist") for n in range(MOST_ERRORS)]
    shown = [error.message for error in read_error_body(400, body({"errors": errors})).errors]
    assert shown[:MOST_WORDINGS] == [one["detail"] for one in errors[:MOST_WORDINGS]]
    assert set(shown[MOST_WORDINGS:]) == {BLANK}
    assert len(looked_at) == MOST_WORDINGS


def test_a_body_beyond_any_list_of_errors_is_not_read_at_all() -> None:
    read = read_error_body(400, b'{"errors": [' + b" " * LONGEST_BODY + b"]}")
    assert (read.form, read.errors) == ("too long", ())
    assert read.remark == f"The answer is longer than {LONGEST_BODY} bytes and was not read."


def test_a_long_page_that_cannot_be_read_is_not_called_too_long() -> None:
    assert remark_on(b'{"data": [' + b" " * LONGEST_BODY + b"]}") == ""


def test_of_the_answers_own_words_64_kilobytes_are_kept() -> None:
    assert read_error_body(500, b"x" * 5_000_000).raw.text == "x" * 65_536
