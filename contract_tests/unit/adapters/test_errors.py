"""The tree of errors: picklable, readable, one class a status family."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

import sendcloud_orders
from sendcloud_orders import (
    Accepted,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    BatchOutcome,
    BatchRejected,
    ConfigurationError,
    ConflictError,
    ContractError,
    FieldError,
    IncompleteLabels,
    IncompleteUpsert,
    InvalidOrders,
    InvalidRequest,
    Label,
    LabelAccepted,
    LabelError,
    LabelMayExist,
    LabelNotSaved,
    LabelReport,
    LabelUnreadable,
    NotFoundError,
    NotSent,
    NotYetAvailable,
    OrderId,
    OrderKey,
    OrderNumber,
    PermissionDeniedError,
    RateLimitError,
    Rejected,
    SendcloudError,
    SendcloudId,
    ServerError,
    TimeoutError,
    TransportError,
    Unknown,
    UnknownAddressError,
    UpdateNotApplied,
    UpsertReport,
)
from sendcloud_orders.errors import Unshown, status_error

KEY = OrderKey(41, OrderId("A-1"))
FIELD = FieldError("Field required", ("order_details", "order_items", 0, "name"), "missing")
REJECTED = Rejected(3, KEY, (FIELD,), 400)
REPORT = UpsertReport.of(
    [
        BatchOutcome(
            (Accepted(0, KEY, SendcloudId(669)),),
            (REJECTED,),
            (NotSent(4, None, "the run had stopped before"),),
            (Unknown(5, KEY, "no answer came"),),
        )
    ]
)
ERRORS: list[SendcloudError] = [
    SendcloudError("x"),
    ConfigurationError("x"),
    InvalidRequest("x", [FIELD]),
    InvalidOrders("x", [REJECTED], REPORT),
    TransportError("x", sent=True),
    TimeoutError("x", sent=False),
    APIStatusError(302, "get_order"),
    BadRequestError(400, "upsert_orders", [FIELD]),
    AuthenticationError(401, "get_order"),
    PermissionDeniedError(403, "get_order"),
    NotFoundError(404, "get_order", [FIELD], sent_before=True),
    UnknownAddressError(404, "get_order", remark="The answer is empty."),
    ConflictError(400, "upsert_orders"),
    RateLimitError(429, "upsert_orders"),
    ServerError(520, "upsert_orders"),
    ContractError("x", path="$.data[3].id", status=200, positions=[3], next_cursor="cD0x"),
    NotYetAvailable([SendcloudId(669)], 60.0),
    UpdateNotApplied(SendcloudId(669), [("order_details", "notes")]),
    LabelError("x", KEY),
    LabelMayExist("x", OrderNumber(41, "1001"), shipment_id="7001"),
    LabelUnreadable("x", KEY, shipment_id="7001", parcel_id=8001),
    IncompleteLabels("x", LabelReport([LabelAccepted(0, KEY, "7001", (8001,))])),
    LabelNotSaved("x", KEY, label=Label(KEY, "7001", 8001, b"%PDF")),
    IncompleteUpsert("x", REPORT),
    BatchRejected("x", REPORT),
]


def test_every_class_of_error_is_among_those_that_are_tried() -> None:
    exported = {getattr(sendcloud_orders, name) for name in sendcloud_orders.__all__}
    classes = {one for one in exported if isinstance(one, type) and issubclass(one, SendcloudError)}
    assert classes == {type(error) for error in ERRORS}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_from_a_pickle_with_all_that_it_held(error: SendcloudError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_a_report_set_on_an_error_later_survives_a_pickle() -> None:
    error = AuthenticationError(401, "upsert_orders")
    error.report = REPORT
    assert pickle.loads(pickle.dumps(error)).report == REPORT


@pytest.mark.rule("ERROR-CODES-OPEN")
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, APIStatusError),
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (418, APIStatusError),
        (422, BadRequestError),
        (429, RateLimitError),
        (500, ServerError),
        (520, ServerError),
        (599, ServerError),
    ],
)
def test_each_status_has_its_class(status: int, kind: type[APIStatusError]) -> None:
    assert type(status_error(status, "get_order", [])) is kind


@pytest.mark.rule("UPSERT-CONFLICT")
def test_a_conflict_in_a_400_has_the_class_of_a_conflict() -> None:
    error = status_error(400, "upsert_orders", [], conflict=True)
    assert type(error) is ConflictError
    assert error.status == 400


def test_a_status_error_says_operation_status_field_and_message() -> None:
    text = str(BadRequestError(400, "upsert_orders", [FIELD]))
    assert text == "The service answered upsert_orders with 400: order_details.order_items[0].name: Field required."


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "secret key"), (403, "scope"), (302, "Redirects are not followed"), (429, "rate limit")]
)
def test_a_status_that_has_a_remedy_names_it(status: int, hint: str) -> None:
    assert hint in str(status_error(status, "get_order", []))


def test_a_long_list_of_refused_orders_is_cut_and_counted() -> None:
    rejected = tuple(Rejected(place, KEY, (FIELD,), 400) for place in range(25))
    text = str(BatchRejected("25 refused", UpsertReport.of([BatchOutcome(rejected=rejected)])))
    assert "position 9 " in text
    assert "position 10 " not in text
    assert text.endswith("and 15 more")


def test_orders_at_fault_are_named_before_those_that_shared_their_batch() -> None:
    innocent = tuple(Rejected(place, KEY, (), 400) for place in range(20))
    text = str(InvalidOrders("some refused", [*innocent, REJECTED]))
    assert text.splitlines()[1:] == [
        "  position 3 (integration 41, order_id 'A-1'): order_details.order_items[0].name: Field required",
        '  20 more shared a batch with these: send them again, or upsert(…, on_rejected="isolate")',
    ]


def test_an_error_of_a_filter_or_header_names_it() -> None:
    assert str(FieldError("Select a valid choice.", parameter="integration")).startswith("filter integration")
    assert str(FieldError("Unknown partner.", header="Sendcloud-Partner-Id")).startswith("header Sendcloud-Partner-Id")


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_an_error_can_be_copied(error: SendcloudError, copied: Callable[[SendcloudError], SendcloudError]) -> None:
    other = copied(error)
    assert (type(other), str(other), repr(other)) == (type(error), str(error), repr(error))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("range 1..5", "The service answered upsert_orders with 400: range 1..5."),
        ("Enter a valid date.", "The service answered upsert_orders with 400: Enter a valid date."),
        ("Wait...", "The service answered upsert_orders with 400: Wait..."),
        ("Really?", "The service answered upsert_orders with 400: Really?"),
    ],
)
def test_the_services_words_are_not_altered(words: str, told: str) -> None:
    assert str(BadRequestError(400, "upsert_orders", [FieldError(words)])) == told


def test_a_message_of_fields_is_one_sentence() -> None:
    error = InvalidRequest("The update cannot be sent.", [FIELD, FieldError("Field required", ("order_id",))])
    assert str(error) == (
        "The update cannot be sent: order_details.order_items[0].name: Field required; order_id: Field required."
    )


def test_a_code_tells_what_a_blanked_message_does_not() -> None:
    error = BadRequestError(
        400, "upsert_orders", [FieldError("[...]", ("order_id",), "invalid")], raw=Unshown(b"secret")
    )
    assert str(error) == (
        "The service answered upsert_orders with 400: order_id: [...] (code invalid). "
        "The answer's own words are in `raw` (which no pickle holds)."
    )


@pytest.mark.parametrize(
    "error",
    [
        BadRequestError(400, "upsert_orders", [FieldError("[...]")], raw=Unshown(b"planted")),
        ServerError(500, "upsert_orders", remark="The answer is plain text.", raw=Unshown(b"planted")),
        ContractError("The answer cannot be read.", raw=Unshown(b"planted")),
        ConfigurationError("The token endpoint answered.", raw=Unshown(b"planted")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_answers_own_words_are_given_on_request_alone(error: SendcloudError) -> None:
    assert error.raw == "planted"
    assert copy.copy(error).raw == copy.deepcopy(error).raw == "planted"
    pickled = pickle.dumps(error)
    assert not any("planted" in text for text in (str(error), repr(error), repr(vars(error)), repr(error.args)))
    assert b"planted" not in pickled
    restored = pickle.loads(pickled)
    assert restored.raw == ""
    assert str(restored) == str(error)


def test_an_error_whose_words_are_all_known_points_to_no_others() -> None:
    error = BadRequestError(400, "upsert_orders", [FIELD], raw=Unshown(b"{}"))
    assert "raw" not in str(error)


LONG = "x" * 1_000_000
LONG_FIELD = FieldError(LONG, (LONG,), LONG, parameter=LONG, header=LONG)
LONG_KEY = OrderKey(41, OrderId(LONG))


@pytest.mark.parametrize(
    "error",
    [
        SendcloudError(LONG),
        InvalidRequest(LONG, [LONG_FIELD] * 1000),
        InvalidOrders(LONG, [Rejected(3, LONG_KEY, (LONG_FIELD,) * 1000)] * 1000),
        APIStatusError(400, "get_order", [LONG_FIELD] * 1000, omitted=5),
        ContractError(LONG, path=LONG),
        NotYetAvailable([SendcloudId(669)] * 1000, 60.0),
        UpdateNotApplied(SendcloudId(669), [(LONG,)] * 1000),
        BatchRejected(LONG, UpsertReport.of([BatchOutcome(rejected=(Rejected(3, LONG_KEY, (LONG_FIELD,)),))])),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_message_is_bounded_however_long_its_parts_are(error: SendcloudError) -> None:
    assert len(str(error)) < 25_000


def test_errors_that_are_not_shown_are_counted() -> None:
    error = APIStatusError(400, "upsert_orders", [FIELD] * 25, omitted=1000)
    assert str(error).endswith("Field required; and 1015 more.")
