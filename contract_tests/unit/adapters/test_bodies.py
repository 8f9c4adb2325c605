"""What becomes of the values that a caller puts into an order or an update: taken for what they are, or refused."""

from __future__ import annotations

import enum
import math
import operator
from collections import OrderedDict, UserDict, UserList, deque, namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.ways_in import (
    WAYS,
    Json,
    Way,
    as_dict,
    as_model,
    as_update,
    as_update_model,
    at,
    begun,
    checked_or_not,
    errors_of,
    every_way,
    outcome,
    put,
    sent,
)
from orders.factory import order
from orders.places import in_form
from orders.strategies import order_input, order_update
from sendcloud_orders.batching import PreparedOrder, prepare
from sendcloud_orders.bodies import read_key
from sendcloud_orders.errors import FieldError
from sendcloud_orders.pointers import FieldPath


def whole() -> dict[str, Json]:
    """Give an order with the parts that the tests below change; it is a valid update as well."""
    changes = order()
    del changes["order_id"]
    details = changes["order_details"]
    details["notes"] = "ring"
    details["tags"] = ["gift"]
    details["order_items"][0]["properties"] = {"colour": "red", "deep": [{"er": 1}]}
    details["order_items"][0]["mid_code"] = None
    changes["shipping_address"] = {
        "name": "A. Example",
        "address_line_1": "Road 1",
        "postal_code": "1",
        "city": "Oss",
        "country_code": "NL",
        "po_box": None,
    }
    changes["customer_details"] = {"name": "A. Example", "email": "a@example.com"}
    return changes


def whole_order(way: Way) -> dict[str, Json]:
    """Give the same with a key, where the way wants one."""
    return whole() if way in (as_update, as_update_model) else {"order_id": "A-1", **whole()}


ITEM: FieldPath = ("order_details", "order_items", 0)
PRICE: FieldPath = ("payment_details", "total_price", "value")
INTEGRATION: FieldPath = ("order_details", "integration", "id")
TIME: FieldPath = ("order_details", "order_created_at")


# ---------------------------------------------------------------- types that JSON does not have

FOREIGN = [b"5", bytearray(b"5"), memoryview(b"5"), timedelta(days=1), time(12), UUID(int=5), 1j, Fraction(1, 2), ...]
PLACES: list[tuple[FieldPath, str]] = [
    (("order_number",), "Input should be a valid string, not {}"),
    (PRICE, "Input should be a valid number, not {}"),
    (("order_details", "notes"), "Input should be a valid string, not {}"),
    (("order_details", "tags"), "Input should be a valid list, not {}"),
    (("order_details", "tags", 0), "Input should be a valid string, not {}"),
    ((*ITEM, "quantity"), "Input should be a valid integer, not {}"),
    ((*ITEM, "properties"), "Input should be a valid dictionary, not {}"),
    ((*ITEM, "properties", "colour"), "Input of type {} cannot be written as JSON"),
    ((*ITEM, "properties", "deep", 0, "er"), "Input of type {} cannot be written as JSON"),
    (("shipping_address",), "Input should be a valid dictionary, not {}"),
    (("shipping_address", "po_box"), "Input should be a valid string, not {}"),
    (TIME, "Input should be a valid string, not {}"),
]


@pytest.mark.rule("VALUES-SURVIVE")
@every_way
@checked_or_not
@pytest.mark.parametrize("value", FOREIGN, ids=lambda value: type(value).__name__)
def test_what_is_no_json_is_refused_at_its_field_with_what_was_wanted_and_what_was_given(
    way: Way, check: bool, value: object
) -> None:
    for path, message in PLACES:
        [error] = errors_of(way(whole_order(way), path, value, check=check))
        assert error.path == path
        assert error.message.startswith(message.format(type(value).__name__))


def test_a_type_named_like_one_that_is_taken_is_told_with_its_module() -> None:
    named_bool = type("bool", (), {"__module__": "numpy"})()
    [error] = errors_of(as_dict(order(), ("payment_details", "is_cash_on_delivery"), named_bool, check=True))
    assert error.message == "Input should be a valid boolean, not numpy.bool"


@pytest.mark.one_python
@given(order_input(fill="full"))
@settings(max_examples=3)
def test_no_field_of_an_order_takes_bytes(plain: Json) -> None:
    for path in paths_of(plain):
        for way in (as_dict, as_model):
            for check in (True, False):
                assert [error.path for error in errors_of(way(plain, path, b"5", check=check))] == [path]


def paths_of(body: Json, path: FieldPath = ()) -> Iterator[FieldPath]:
    for name, part in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        yield (*path, name)
        yield from paths_of(part, (*path, name))


# ---------------------------------------------------------------- numbers


@pytest.mark.rule("VALUES-SURVIVE")
@every_way
@checked_or_not
@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity")],
    ids=lambda value: f"{type(value).__name__} {value}",
)
def test_a_number_that_is_not_finite_is_refused_at_its_field_even_where_null_is_taken(
    way: Way, check: bool, value: object
) -> None:
    nullable = [("order_details", "notes"), ("shipping_address", "po_box"), (*ITEM, "mid_code")]
    for path in [PRICE, *nullable, (*ITEM, "quantity"), (*ITEM, "properties", "deep", 0, "er")]:
        [error] = errors_of(way(whole_order(way), path, value, check=check))
        assert error.path == path
        assert "finite number" in error.message


@every_way
@checked_or_not
@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("1E+400", "between 1E-307 and 1E+307"),
        ("-1E+400", "between 1E-307 and 1E+307"),
        ("1E-400", "between 1E-307 and 1E+307"),
        ("1E+999999", "between 1E-307 and 1E+307"),
        ("1" * 400, "between 1E-307 and 1E+307"),
        ("0." + "3" * 101, "at most 100 digits"),
        ("3" * 51 + "." + "3" * 51, "at most 100 digits"),
    ],
    ids=lambda text: text[:12],
)
def test_an_amount_that_others_could_not_read_is_refused_at_its_field_with_the_reason(
    way: Way, check: bool, amount: str, reason: str
) -> None:
    for path in (PRICE, (*ITEM, "properties", "colour")):
        [error] = errors_of(way(whole_order(way), path, Decimal(amount), check=check))
        assert error.path == path
        assert reason in error.message


@pytest.mark.rule("VALUES-SURVIVE")
@every_way
@pytest.mark.parametrize(
    "amount", ["12345678901234567890123456789.10", "1E+20", "1E-20", "0." + "3" * 100, "-0.10", "1E+307", "1E-307"]
)
def test_an_amount_within_the_range_goes_out_digit_for_digit(way: Way, amount: str) -> None:
    body = way(whole_order(way), PRICE, Decimal(amount), check=True)
    assert at(sent(body), PRICE).as_tuple() == Decimal(amount).as_tuple()


@every_way
@checked_or_not
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 10**5000], ids=["2**63", "-2**63-1", "30", "5000"])
def test_an_integer_beyond_64_bits_is_refused_at_its_field(way: Way, check: bool, number: int) -> None:
    for path in (PRICE, (*ITEM, "quantity"), ("order_details", "integration", "id"), ("id",), ("order_number",)):
        [error] = errors_of(way(whole_order(way), path, number, check=check))
        assert error.path == path
        assert "64 bits" in error.message


@every_way
def test_an_integer_of_64_bits_is_taken(way: Way) -> None:
    for number in (2**63 - 1, -(2**63)):
        assert at(sent(way(whole_order(way), PRICE, number, check=True)), PRICE) == number


def test_a_long_text_of_digits_is_no_number_that_is_too_long() -> None:
    digits = "5" * 400
    assert sent(as_dict(order(), ("order_number",), digits, check=True))["order_number"] == digits
    assert sent(as_dict(order(), ("order_number",), "SIZE-E-400", check=True))["order_number"] == "SIZE-E-400"


# ---------------------------------------------------------------- values that are taken for what they are


class Text(str):
    """A subclass of str that shows itself as another text."""

    def __str__(self) -> str:
        return "something else"


class Name(str):
    """As Django's SafeString is: its text is an instance again."""

    def __str__(self) -> str:
        return self


class Whole(int):
    """A subclass of int."""

    def __str__(self) -> str:
        return "something else"


class Float(float):
    """As numpy.float64 is."""


class Amount(Decimal):
    """A subclass of Decimal."""


class Moment(datetime):
    """As pandas.Timestamp is."""

    nanosecond = 0


class Nano(datetime):
    """As pandas.Timestamp is where it counts nanoseconds."""

    nanosecond = 7


class Day(date):
    """A subclass of date."""


class Int64:
    """As numpy.int64 is: no int, but an integer."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


Integral.register(Int64)


class Fruit(enum.Enum):
    """An enum as shops have it."""

    APPLE = "apple"


class Size(enum.IntEnum):
    """An enum of integers."""

    LARGE = 3


class Colour(enum.StrEnum):
    """An enum of texts."""

    RED = "red"


class Box(UserDict[str, Any]):
    """A Mapping that is no dict."""


class Sub(dict[str, Any]):
    """A subclass of dict."""


@dataclass
class Address:
    """A shop's own class."""

    name: str
    address_line_1: str
    postal_code: str
    city: str
    country_code: str


Pair = namedtuple("Pair", ["one", "two"])
NOON = datetime(2026, 11, 2, 12, 0, 0, 120_000, timezone(timedelta(hours=1)))
NOON_PARTS = (2026, 11, 2, 12, 0, 0, 120_000, timezone(timedelta(hours=1)))
PRICED = {"value": 1, "currency": "EUR"}
ADDRESSED = {"name": "A", "address_line_1": "B", "postal_code": "C", "city": "D", "country_code": "NL"}

TAKEN: list[tuple[FieldPath, object, Json]] = [
    (("order_number",), Text("#1"), "#1"),
    (("order_number",), Colour.RED, "red"),
    (("order_number",), Fruit.APPLE, "apple"),
    (PRICE, Whole(5), 5),
    (PRICE, Float(19.9), Decimal("19.9")),
    (PRICE, Amount("12345678901234567.10"), Decimal("12345678901234567.10")),
    ((*ITEM, "quantity"), Whole(5), 5),
    ((*ITEM, "quantity"), Size.LARGE, 3),
    ((*ITEM, "quantity"), Int64(5), 5),
    (TIME, NOON, "2026-11-02T12:00:00.120000+01:00"),
    (TIME, Moment(*NOON_PARTS), "2026-11-02T12:00:00.120000+01:00"),
    (TIME, Nano(*NOON_PARTS), "2026-11-02T12:00:00.120000007+01:00"),
    (("payment_details", "invoice_date"), Day(2026, 11, 2), "2026-11-02"),
    (("payment_details", "invoice_date"), date(2026, 11, 2), "2026-11-02"),
    (("payment_details", "total_price"), Sub(value=1, currency="EUR"), PRICED),
    (("payment_details", "total_price"), OrderedDict(value=1, currency="EUR"), PRICED),
    (("payment_details", "total_price"), Box(value=Float(1.5), currency="EUR"), {"value": 1.5, "currency": "EUR"}),
    (("payment_details", "total_price"), MappingProxyType(PRICED), PRICED),
    (("shipping_address",), Address(**ADDRESSED), ADDRESSED),
    (("order_details", "tags"), ("a", Text("b")), ["a", "b"]),
    (("order_details", "tags"), Pair("a", "b"), ["a", "b"]),
    (("order_details", "tags"), UserList(["a", "b"]), ["a", "b"]),
    (("order_details", "tags"), deque(["a", "b"]), ["a", "b"]),
    (("order_details", "tags"), {"a"}, ["a"]),
    ((*ITEM, "properties"), {Name("colour"): Colour.RED, Colour.RED: Size.LARGE}, {"colour": "red", "red": 3}),
    (("id",), 669, "669"),
    (("id",), Whole(669), "669"),
    (("id",), Int64(669), "669"),
    (("id",), Text("669"), "669"),
]  # fmt: skip


@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-ID")
@every_way
@checked_or_not
@pytest.mark.parametrize(("path", "value", "meant"), TAKEN, ids=lambda part: type(part).__name__)
def test_a_value_of_another_class_is_taken_for_what_it_is(
    way: Way, check: bool, path: FieldPath, value: object, meant: Json
) -> None:
    body = sent(way(whole_order(way), path, value, check=check))
    assert at(body, path) == meant
    assert type(at(body, path)) is type(meant) or isinstance(meant, dict)


@pytest.mark.rule("UPSERT-KEY")
@checked_or_not
def test_the_key_is_made_of_plain_values_whatever_the_order_holds(check: bool) -> None:
    odd = order(Text("A-1"))
    odd["order_details"]["integration"] = Box(id=Int64(41))
    prepared = prepare(Box(odd), 0, check=check)
    assert isinstance(prepared, PreparedOrder)
    assert prepared.key == read_key(Box(odd)) == (41, "A-1")
    for key in (prepared.key, read_key(Box(odd))):
        assert key is not None
        assert (type(key.integration_id), type(key.order_id)) == (int, str)


class NotATime(datetime):
    """As pandas.NaT is: a datetime by its class, with no moment."""

    @property
    def year(self) -> Any:
        return math.nan


@pytest.mark.parametrize("value", [datetime(2026, 11, 2), Moment(2026, 11, 2), date(2026, 11, 2)])
@every_way
def test_a_day_or_a_datetime_without_an_offset_is_no_timestamp_and_the_message_shows_one(
    way: Way, value: object
) -> None:
    [error] = errors_of(way(whole_order(way), TIME, value, check=True))
    assert error.path == TIME
    assert "with an offset, such as 2026-11-02T12:00:00+01:00" in error.message


@every_way
@checked_or_not
def test_a_datetime_that_is_no_moment_is_refused_at_its_field(way: Way, check: bool) -> None:
    [error] = errors_of(way(whole_order(way), TIME, NotATime(1, 1, 1), check=check))
    assert error.path == TIME


# ---------------------------------------------------------------- structure


@every_way
@checked_or_not
@pytest.mark.parametrize("name", [1, 1.5, None, True, ("a",), b"a", UUID(int=1), Decimal(1)], ids=repr)
def test_a_name_that_is_no_string_is_refused_at_the_object_that_has_it(way: Way, check: bool, name: object) -> None:
    for path in ((*ITEM, "properties"), (*ITEM, "properties", "deep", 0)):
        [error] = errors_of(way(whole_order(way), path, {"a": 1, name: 2}, check=check))
        assert error.path == path
        assert f"not of type {type(name).__name__}" in error.message


@every_way
@checked_or_not
def test_a_lone_surrogate_is_refused_at_its_field(way: Way, check: bool) -> None:
    for path in (("order_number",), ("order_details", "notes"), (*ITEM, "properties", "colour")):
        [error] = errors_of(way(whole_order(way), path, "a\ud800b", check=check))
        assert error.path == path
        assert "lone surrogates" in error.message
    [error] = errors_of(way(whole_order(way), (*ITEM, "properties"), {"a\ud800b": 1}, check=check))
    assert error.path == (*ITEM, "properties")
    assert "lone surrogates" in error.message


def nested(levels: int) -> Json:
    value: Json = {}
    for _ in range(levels):
        value = [value] if levels % 2 else {"a": value}
    return value


def looped() -> Json:
    loop: Json = {}
    loop["again"] = [loop]
    return loop


@every_way
@checked_or_not
@pytest.mark.parametrize(
    "value", [nested(70), nested(501), nested(20_000), looped()], ids=["70", "501", "20000", "loop"]
)
def test_what_is_nested_too_deeply_or_holds_itself_is_refused_near_its_field(
    way: Way, check: bool, value: Json
) -> None:
    [error] = errors_of(way(whole_order(way), (*ITEM, "properties", "colour"), value, check=check))
    assert error.path[:5] == (*ITEM, "properties", "colour")
    assert "nested too deeply" in error.message


@every_way
@checked_or_not
def test_fifty_levels_are_not_too_deep(way: Way, check: bool) -> None:
    path = (*ITEM, "properties", "colour")
    assert at(sent(way(whole_order(way), path, nested(50), check=check)), path) == nested(50)


# ---------------------------------------------------------------- objects that fail


class Failing(Mapping[str, Any]):
    """A Mapping whose members cannot be read."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __getitem__(self, name: str) -> Any:
        raise self.error

    def __iter__(self) -> Iterator[str]:
        return iter(["order_id"])

    def __len__(self) -> int:
        return 1


class Pretender:
    """An object that fails on every question, even for its class."""

    def __getattribute__(self, name: str) -> Any:
        raise LookupError("Jane Doe")

    def __str__(self) -> str:
        raise LookupError("Jane Doe")


class FailingZone(tzinfo):
    """A time zone that cannot say its offset."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        raise LookupError("Jane Doe")

    dst = utcoffset

    def tzname(self, moment: datetime | None) -> str:
        return "nowhere"


class FailingMoment(datetime):
    """A datetime that cannot say its year."""

    @property
    def year(self) -> Any:
        raise LookupError("Jane Doe")


class FailingIndex(Int64):
    """An integer that cannot say which."""

    def __index__(self) -> int:
        raise LookupError("Jane Doe")


FAILING = [
    Failing(LookupError("Jane Doe")),
    FailingMoment(2026, 1, 1),
    FailingIndex(1),
    datetime(2026, 1, 1, tzinfo=FailingZone()),
]


@every_way
@checked_or_not
@pytest.mark.parametrize("value", FAILING, ids=lambda value: type(value).__name__)
def test_an_object_that_raises_while_it_is_read_is_refused_at_its_field_by_the_type_of_what_it_raised(
    way: Way, check: bool, value: object
) -> None:
    for path in (("order_number",), PRICE, (*ITEM, "properties", "colour")):
        [error] = errors_of(way(whole_order(way), path, value, check=check))
        assert error.path == path
        assert "LookupError" in error.message
        assert "Jane" not in str(error)


@checked_or_not
@pytest.mark.parametrize("error", [LookupError("Jane Doe"), RecursionError("Jane Doe"), StopIteration("Jane Doe")])
def test_an_order_that_cannot_be_read_at_all_is_rejected_and_an_update_refused(check: bool, error: Exception) -> None:
    [told] = errors_of(outcome(prepare(Failing(error), 0, check=check)))
    assert "Jane" not in str(told)
    [told] = errors_of(begun(Failing(error), check=check))
    assert "Jane" not in str(told)
    assert read_key(Failing(error)) is None


@checked_or_not
def test_an_object_that_fails_on_every_question_is_rejected(check: bool) -> None:
    [error] = errors_of(outcome(prepare(Pretender(), 0, check=check)))
    assert "Jane" not in str(error)


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, SystemExit])
def test_what_is_no_fault_of_the_order_is_not_swallowed(error: type[BaseException]) -> None:
    with pytest.raises(error):
        prepare(Failing(error()), 0)
    with pytest.raises(error):
        prepare(order(shipping_address=Failing(error())), 0)


# ---------------------------------------------------------------- messages


@pytest.mark.rule("UPSERT-KEY")
@checked_or_not
@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("order_id",), 7, "Input should be a valid string, not int: str(...) it"),
        (("order_id",), UUID(int=7), "Input should be a valid string, not UUID: str(...) it"),
        (("order_id",), None, "Input should be a valid string, not None"),
        (("order_details",), None, "Input should be a valid dictionary, not None"),
        (("order_details", "integration"), 41, "Input should be a valid dictionary, not int"),
        (INTEGRATION, 41.0, "Input should be a valid integer, not float: int(...) it"),
        (INTEGRATION, Decimal(41), "Input should be a valid integer, not Decimal: int(...) it"),
        (INTEGRATION, 41.5, "Input should be a valid integer, not a number with a fraction"),
        (INTEGRATION, "41", "Input should be a valid integer, not str"),
        (INTEGRATION, True, "Input should be a valid integer, not bool"),
        (INTEGRATION, b"41", "Input should be a valid integer, not bytes"),
    ],
)  # fmt: skip
def test_a_key_of_the_wrong_type_is_there_and_the_message_says_of_which_type(
    path: FieldPath, value: object, message: str, check: bool
) -> None:
    for way in (as_dict, as_model):
        assert errors_of(way(order(), path, value, check=check)) == (FieldError(message, path, "invalid"),)


@pytest.mark.rule("UPSERT-KEY")
@checked_or_not
def test_only_a_key_that_is_absent_is_called_missing(check: bool) -> None:
    without = order()
    del without["order_id"], without["order_details"]["integration"]["id"]
    assert {(error.path, error.code) for error in errors_of(outcome(prepare(without, 0, check=check)))} == {
        (("order_id",), "missing"),
        (INTEGRATION, "missing"),
    }


@pytest.mark.rule("ERROR-TOGETHER")
def test_what_json_cannot_say_and_what_the_schema_refuses_is_told_together() -> None:
    bad = order(order_number=b"5", surprise=1)
    bad["order_details"]["order_items"][0]["quantity"] = 0
    told = errors_of(outcome(prepare(bad, 0)))
    assert {error.field for error in told} == {"order_number", "surprise", "order_details.order_items[0].quantity"}
    assert [error.field for error in errors_of(outcome(prepare(bad, 0, check=False)))] == ["order_number"]


# ---------------------------------------------------------------- whatever comes

REFUSED = object()


# Between what the strategies below build and the 300 levels of the one that is too deep.
SO_DEEP_IS_TOO_DEEP = 100


def meaning(value: object, depth: int = 0) -> Json:
    """Say what JSON the caller means by a value, or `REFUSED`: the module's table, written a second time."""
    if depth > SO_DEEP_IS_TOO_DEEP:
        raise RecursionError
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return meaning(value.value)
    if isinstance(value, str):
        text = str.__str__(value)
        return REFUSED if any("\ud800" <= letter <= "\udfff" for letter in text) else text
    if isinstance(value, Integral):
        number = operator.index(value)
        return number if number.bit_length() <= 63 or number == -(2**63) else REFUSED
    if isinstance(value, float | Decimal):
        amount = Decimal(value) if isinstance(value, Decimal) else Decimal(float.__repr__(value))
        extreme = not amount.is_finite() or abs(amount.adjusted()) > 307 or len(amount.as_tuple().digits) > 100
        return REFUSED if extreme and (isinstance(value, Decimal) or not math.isfinite(value)) else amount
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            return REFUSED
        members = {meaning(name): meaning(part, depth + 1) for name, part in value.items()}
        return REFUSED if REFUSED in members or any(part is REFUSED for part in members.values()) else members
    if isinstance(value, list | tuple | deque | UserList):
        parts = [meaning(part, depth + 1) for part in value]
        return REFUSED if any(part is REFUSED for part in parts) else parts
    return REFUSED


def comparable(value: Json) -> Json:
    """Give JSON in a form in which numbers compare by amount, and never equal to booleans."""
    if isinstance(value, dict):
        return {name: comparable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [comparable(part) for part in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return value, type(value).__name__


def one_of_these(*values: object) -> st.SearchStrategy[object]:
    """Draw one of some values, of which Hypothesis itself must ask nothing."""
    return st.integers(0, len(values) - 1).map(values.__getitem__)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
SIMPLE: st.SearchStrategy[object] = st.one_of(
    st.none() | st.booleans() | ANY_TEXT | ANY_TEXT.map(Text) | st.from_regex(r"[-+]?[0-9]{1,3}([.][0-9]{1,3})?\Z"),
    st.integers() | st.integers(2**62, 2**66) | st.integers(-(10**40), 10**40),
    st.integers(-5, 10**6).map(Whole) | st.integers().map(Int64),
    st.floats() | st.floats().map(Float),
    st.decimals() | st.decimals(allow_nan=False, allow_infinity=False).map(Amount),
    st.builds(lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(), st.integers(-400, 400)),
    st.datetimes(timezones=st.just(UTC) | st.none()),
    st.dates() | st.builds(Day, st.integers(1, 9999), st.just(1), st.just(1)),
    st.binary(max_size=4) | st.binary(max_size=4).map(bytearray) | one_of_these(memoryview(b"a")),
    st.timedeltas() | st.times() | st.uuids() | st.complex_numbers() | st.fractions(),
    one_of_these(Fruit.APPLE, Size.LARGE, Colour.RED, object(), ..., msgspec.UNSET, int, print, range(2), *FAILING),
    one_of_these(nested(300), looped()),
)
NAMES = ANY_TEXT | st.sampled_from(["name", "value", "id", Name("a")])
ANY_NAMES = NAMES | NAMES | one_of_these(1, None, (), b"a")
ODD = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(deque),
        st.dictionaries(ANY_NAMES, inner, max_size=3),
        st.dictionaries(ANY_NAMES, inner, max_size=3).map(MappingProxyType),
    ),
    max_leaves=5,
)


def readable(value: object) -> Json:
    """Say what a value means; one that fails or never ends means nothing."""
    try:
        return meaning(value)
    except (LookupError, RecursionError):
        return REFUSED


@pytest.mark.rule("VALUES-SURVIVE")
@given(data=st.data(), check=st.booleans(), way=st.sampled_from(WAYS))
def test_whatever_stands_at_whatever_field_is_sent_as_it_is_meant_or_refused_and_nothing_is_raised(
    data: st.DataObject, check: bool, way: Way
) -> None:
    plain = data.draw(order_input())
    updates = way in (as_update, as_update_model)
    if updates:
        plain = data.draw(order_update(plain))
        plain.pop("order_id", None)
        plain["order_number"] = "1"
    path = data.draw(st.sampled_from(list(paths_of(plain))))
    value = data.draw(ODD)
    meant = readable(value)
    result = way(plain, path, value, check=check)
    if meant is REFUSED:
        assert any(error.path[: len(path)] == path for error in errors_of(result))
    elif isinstance(result, bytes):
        expected = sent(way(plain, path, at(plain, path), check=check))
        put(expected, path, meant)
        in_form("OrderUpdate" if updates else "OrderInput", expected)
        assert comparable(sent(result)) == comparable(expected)
    else:
        in_key = path[:1] in (("order_id",), ("order_details",))
        assert check or in_key, result
    assert "Jane" not in str(result)


@given(ODD, st.booleans())
def test_whatever_is_passed_as_an_order_is_prepared_or_rejected(value: object, check: bool) -> None:
    outcome(prepare(value, 0, check=check))
    read_key(value)
