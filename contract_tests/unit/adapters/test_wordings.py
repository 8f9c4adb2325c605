"""What is shown of the service's words: all that is documented, and nothing that is not known to be its own."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders import FieldError
from sendcloud_orders.checking import find_errors
from sendcloud_orders.error_bodies import read_error_body
from sendcloud_orders.pointers import spell_path
from sendcloud_orders.vocabulary import vocabulary
from sendcloud_orders.wordings import BLANK, LONGEST_WORDING, known_code, known_words
from sendcloud_orders_sandbox import Policies, problems
from sendcloud_orders_sandbox.schema import find_breaches

SPEC: dict[str, Any] = json.loads(files("sendcloud_orders_api").joinpath("openapi.json").read_bytes())
DOCUMENTED = {name: one["value"] for name, one in SPEC["components"]["examples"].items() if "errors" in one["value"]}
# The shop's own id of an order stands in no message: the report names it beside.
QUOTED = {
    "ImmutableOrderId": "Order id [...] cannot be changed",
    "UnknownSortKey": "Select a valid choice. [...] is not one of the available choices.",
}


@pytest.mark.rule("ERROR-ENVELOPE")
@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_error_of_the_spec_is_read_whole(name: str) -> None:
    told = DOCUMENTED[name]["errors"]
    for error, shown in zip(told, read_error_body(400, json.dumps({"errors": told}).encode()).errors, strict=True):
        assert shown.message == QUOTED.get(name, error["detail"])
        assert shown.code == error["code"]
        assert shown.parameter == error.get("source", {}).get("parameter")
        pointer = error.get("source", {}).get("pointer", "").replace("/[", "/").replace("]", "")
        spelled = f"{'' if shown.index is None else shown.index}.{spell_path(shown.path)}".strip(".")
        steps = [step for step in pointer.split("/") if step not in ("", "data", "attributes", "orders", "order")]
        assert spelled.replace("[", ".").replace("]", "").split(".") == (steps or [""])


ARGUMENTS: dict[str, Any] = {
    "integration": 4100,
    "order_id": "1001",
    "order": "669",
    "choice": "4100",
    "parameter": "order_updated_at_min",
    "pointer": "/data/attributes/[3]/order_id",
    "media_type": "text/plain",
    "method": "PUT",
    "seconds": 12,
    "size": 101,
    "limit": 16_777_216,
}
# A tool's words to the tester, not the service's.
OF_THE_SANDBOX = ("invalid_fault", "invalid_control", "foreign_origin", "foreign_host")


def all_problems() -> Iterator[problems.Problem]:
    """Make each refusal that the sandbox has words for."""
    makers: list[tuple[str, Callable[..., object]]] = inspect.getmembers(problems, inspect.isfunction)
    for name, make in makers:
        wanted = inspect.signature(make)
        if wanted.return_annotation != "Problem" or name in OF_THE_SANDBOX or "detail" in wanted.parameters:
            continue
        made = make(**{one: ARGUMENTS[one] for one in wanted.parameters})
        assert isinstance(made, problems.Problem)
        yield made
    for parameter, detail in (
        ("order_created_at", "Enter a valid date."),
        ("page_size", "Enter a number from 1 to 200."),
    ):
        yield problems.invalid_parameter(detail, parameter)


ALL_PROBLEMS = list(all_problems())


@pytest.mark.rule("ERROR-ENVELOPE", "ERROR-CODES-OPEN")
@pytest.mark.parametrize("problem", ALL_PROBLEMS, ids=lambda problem: problem.detail)
def test_every_refusal_of_the_sandbox_is_read_whole(problem: problems.Problem) -> None:
    content = json.dumps({"errors": [problem.document()]}).encode()
    [shown] = read_error_body(problem.status, content).errors
    assert (shown.message, shown.code) == (problem.detail, problem.code)
    assert shown.parameter == problem.source.get("parameter")
    assert shown.header == problem.source.get("header")
    assert BLANK not in shown.path


BROKEN: list[dict[str, Any]] = [
    {},
    {"order_id": 7, "order_number": "", "surprise": 1},
    {"order_details": {"integration": {"id": "x"}, "order_items": [{"quantity": 0, "weight": 7}, {"quantity": 1.5}]}},
    {"order_details": {"order_items": [{"measurement": {"weight": {"value": 0, "unit": "stone"}}}]}},
    {"order_details": {"order_created_at": "soon"}, "shipping_address": {"email": "x", "country_code": "Holland"}},
    {"payment_details": {"total_price": {"value": "x", "currency": "E"}, "insurance_costs": {"value": "1 EUR"}}},
]


@pytest.mark.rule("UPSERT-BOUNDS")
@pytest.mark.parametrize("order", BROKEN)
def test_what_is_said_of_a_broken_order_is_known_whoever_says_it(order: dict[str, Any]) -> None:
    said = [fault.detail for fault in find_breaches("OrderInput", order, Policies())]
    # The check before sending says more than the service: what was given, and what would do.
    said += [
        error.message.partition(": ")[0].partition(", not ")[0]
        for error in find_errors("OrderInput", order)
        if "such as" not in str(error)
    ]
    assert said
    assert [known_words(text) for text in said] == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Integration with id 123456789 does not exist", "Integration with id 123456789 does not exist"),
        ("Integration with id 31655500000 does not exist", "Integration with id [...] does not exist"),
        ("Integration with id 0612345678 does not exist", "Integration with id [...] does not exist"),
        ("Integration with id Jane does not exist", "Integration with id [...] does not exist"),
        ("Input should be 'cm', 'mm' or 'yd'", "Input should be 'cm', 'mm' or 'yd'"),
        ("Input should be 'cm', 'Jane' or 'yd'", "Input should be [...]"),
        ("Input should be greater than Jane", "Input should be greater than [...]"),
        ("Input should be a valid string", "Input should be a valid string"),
        ("Input should be a valid string.", "Input should be a valid string."),
        ("Input should be a valid Jane", "Input should be a valid [...]"),
        (
            "Input should be a valid datetime, input is too short",
            "Input should be a valid datetime, input is too short",
        ),
        ("Input should be a valid datetime, Jane is no year", "Input should be a valid datetime, [...]"),
        ("Value error, Jane", "Value error, [...]"),
        ("Field required", "Field required"),
        ("Field required: Jane", "[...]"),
        ("Jane: Field required", "[...]"),
        ("field required", "[...]"),
        ("Not Found", "Not Found"),
        (
            "Select a valid choice. a. b is not one of the available choices.",
            "Select a valid choice. [...] is not one of the available choices.",
        ),
        ("Order id " + "x" * LONGEST_WORDING + " cannot be changed", "[...]"),
        ("", "[...]"),
        (".", "[...]"),
    ],
)
def test_a_wording_is_shown_with_the_slots_that_hold_something_harmless(text: str, shown: str) -> None:
    assert known_words(text) == shown


# The full stop at the end of a sentence is the sentence's own, and stays.
UNKNOWN = st.text(min_size=1).filter(lambda text: not text.isascii() and not text.endswith("."))


@given(UNKNOWN)
def test_a_text_that_is_no_wording_leaves_nothing_behind(text: str) -> None:
    assert known_words(text) == BLANK
    assert known_code(text) == BLANK
    for template in ("Order id {} cannot be changed", "Input should be {}", "Input should be a valid {}, {}"):
        assert known_words(template.format(text, text)) == template.format(BLANK, BLANK)


@pytest.mark.rule("ERROR-CODES-OPEN")
@pytest.mark.parametrize("code", ["invalid", "missing", "enum", "extra_forbidden", "throttled", "invalid_client"])
def test_a_code_that_is_listed_or_was_seen_is_kept(code: str) -> None:
    assert known_code(code) == code


@pytest.mark.rule("ERROR-CODES-OPEN")
@pytest.mark.parametrize("code", ["jane", "red_shirt", "INVALID", "invalid ", "669"])
def test_any_other_code_is_blanked_for_it_may_be_a_customers_word(code: str) -> None:
    assert known_code(code) == BLANK


def test_an_unknown_wording_is_told_with_its_place_and_its_code() -> None:
    error = FieldError(BLANK, ("order_details", "notes"), "invalid")
    assert str(error) == "order_details.notes: [...] (code invalid)"
    assert str(FieldError(BLANK, ("order_details", "notes"), BLANK)) == "order_details.notes: [...]"


def test_the_vocabulary_is_the_specs() -> None:
    known = vocabulary()
    assert {"order_details", "order_items", "carrier_service_point_id"} <= known.fields
    assert {"integration", "order_updated_at_min", "cursor"} <= known.parameters
    assert "Sendcloud-Partner-Id" in known.headers
    assert {"kg", "commercial_goods"} <= known.codes
    assert {"properties", "extra_data"} <= known.maps
    assert not {"oneOf", "$ref", "additionalProperties"} & known.fields
