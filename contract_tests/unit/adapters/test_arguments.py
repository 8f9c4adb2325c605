"""What is said of an argument that cannot be taken: which one, what was expected, what to do, and nothing it holds."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from doubles.odd_values import Classless, Colour, Resistance, resisting
from sendcloud_orders import (
    Accepted,
    BatchOutcome,
    Clock,
    ConfigurationError,
    Hooks,
    InvalidRequest,
    Journal,
    NotSent,
    OAuth2Credentials,
    OrderId,
    OrderKey,
    Pace,
    RetryPolicy,
    SendcloudId,
    UpsertReport,
    sendcloud_id,
)
from sendcloud_orders.arguments import described, quoted, reading
from sendcloud_orders.environment import read_environment
from sendcloud_orders.errors import APIStatusError, ContractError, SendcloudError
from sendcloud_orders.journal import Entry
from sendcloud_orders.pagination import page_call, read_cursor, read_filters
from sendcloud_orders.verification import find_differences

KEY = OrderKey(41, OrderId("A"))

# ---------------------------------------------------------------- how a value is shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (-1, "-1"),
        (math.nan, "nan"),
        (10**400, "a number of more than 20 digits"),
        (-(10**400), "a number of more than 20 digits"),
        ("hidden-in-tests", "a value of type str"),
        (b"hidden-in-tests", "a value of type bytes"),
        (["hidden-in-tests"], "a value of type list"),
        (int, "a value of type type"),
        (type("A" * 5000, (), {})(), f"a value of type {'A' * 40}"),
        (resisting("__repr__", "__str__", "__eq__")(), "a value of type Resisting"),
    ],
)
def test_a_value_is_shown_by_its_type_or_as_a_short_number(value: Any, shown: str) -> None:
    assert described(value) == shown


def test_what_resists_being_looked_at_is_shown_by_its_type() -> None:
    assert described(Classless()) == "a value of type Classless"
    assert described(resisting("__getattribute__", "__repr__", "__hash__")()) == "a value of type Resisting"
    assert described(resisting("__repr__", "__lt__", "__abs__", base=int)()) == "a value of type Resisting"
    assert described(10**5000) == "a number of more than 20 digits"


def test_a_name_is_quoted_on_one_line_and_cut() -> None:
    assert quoted("two\nlines" + "x" * 100) == repr("two\nlines" + "x" * 31)


@pytest.mark.parametrize("error", [ValueError("hidden"), StopIteration("hidden"), RecursionError("hidden")])
def test_what_an_argument_raises_is_told_by_its_type_and_is_the_cause(error: Exception) -> None:
    told = f"^orders cannot be read: it raised {type(error).__name__}.$"
    with pytest.raises(InvalidRequest, match=told) as caught, reading("orders"):
        raise error
    assert caught.value.__cause__ is error


# ---------------------------------------------------------------- filters


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("updated_since", "order_updated_at_min"),
        ("updated_after", "order_updated_at_min"),
        ("updated_at__gte", "order_updated_at_min"),
        ("updated_before", "order_updated_at_max"),
        ("updated_at", "order_updated_at"),
        ("created_since", "order_created_at_min"),
        ("created_at_max", "order_created_at_max"),
        ("date_created", "order_created_at"),
        ("since", "order_updated_at_min"),
        ("limit", "page_size"),
        ("per_page", "page_size"),
        ("pagesize", "page_size"),
        ("integration_id", "integration"),
        ("order_numbr", "order_number"),
    ],
)
def test_a_filter_of_another_name_is_answered_with_the_one_that_does_it(name: str, meant: str) -> None:
    with pytest.raises(InvalidRequest, match=f"Did you mean {meant}\\?"):
        read_filters({name: 1})


@pytest.mark.rule("LIST-UNKNOWN-FILTER")
@pytest.mark.parametrize("name", ["search", "colour", "x" * 10_000, "\ud800"])
def test_a_filter_like_no_other_gets_no_wrong_advice_and_a_short_message(name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_filters({name: 1})
    assert "Did you mean" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.rule("LIST-INTEGRATION")
@pytest.mark.parametrize("value", [0, -1, 2**63, [41, 0], [2**70], 41.0, [True], {"id": 41}, b"41", range(10**9)])
def test_an_integration_that_cannot_be_one_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="integration"):
        read_filters({"integration": value})


@pytest.mark.rule("LIST-INTEGRATION")
def test_whole_numbers_of_any_kind_name_integrations() -> None:
    filters = read_filters({"integration": iter([Colour.RED, 2**63 - 1])})
    assert page_call(filters, None).request.params["integration"] == f"5,{2**63 - 1}"


def test_more_integrations_than_a_url_holds_are_refused() -> None:
    assert read_filters({"integration": range(1, 201)})
    with pytest.raises(InvalidRequest, match="at most 200"):
        read_filters({"integration": range(1, 202)})


@pytest.mark.parametrize("name", ["order_number", "order_id", "status", "cursor"])
@pytest.mark.parametrize("text", ["\ud800", "x" * 2001, "\N{SNOWMAN}" * 250])
def test_a_text_that_no_url_can_hold_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidRequest, match=f"The filter {name} "):
        read_filters({name: text})


def test_a_text_of_the_longest_kind_is_taken() -> None:
    assert read_filters({"order_id": "x" * 2000}) == {"order_id": "x" * 2000}


def test_a_day_of_a_class_of_its_own_is_taken_for_the_day_it_is() -> None:
    class Day(date):
        def isoformat(self) -> str:
            raise Resistance

    assert page_call(read_filters({"order_created_at": Day(2026, 11, 2)}), None).request.params[
        "order_created_at"
    ] == str(date(2026, 11, 2))
    with pytest.raises(InvalidRequest, match="order_created_at takes a date"):
        read_filters({"order_created_at": datetime(2026, 11, 2)})


@pytest.mark.rule("LIST-CURSOR")
def test_a_cursor_of_the_service_that_no_url_can_hold_is_a_breach_of_contract() -> None:
    with pytest.raises(ContractError, match="too long"):
        read_cursor("/orders?cursor=" + "x" * 70_000)


# ---------------------------------------------------------------- ids


@pytest.mark.rule("READ-ID")
def test_an_id_is_any_whole_number_or_text_of_digits() -> None:
    class Text(str):
        __slots__ = ()

        def isdigit(self) -> bool:
            raise Resistance

    assert [type(sendcloud_id(one)) for one in (Text("669"), Colour.RED, "669")] == [int] * 3
    assert sendcloud_id(Text("669")) == 669


@pytest.mark.rule("READ-ID")
@pytest.mark.parametrize("value", [True, b"669", 669.0, None, "\uff16", "1" * 5000, 10**400, [669], KEY])
def test_what_is_no_id_is_refused_in_a_short_sentence(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="A Sendcloud id") as caught:
        sendcloud_id(value)
    assert len(str(caught.value)) < 250


# ---------------------------------------------------------------- settings and callbacks


async def coroutine_function(*_: object) -> None: ...


class AsyncCallable:
    async def __call__(self, *_: object) -> None: ...


def generator_function(*_: object) -> Iterator[None]:
    yield


@pytest.mark.parametrize("name", ["request", "response", "retry", "batch"])
@pytest.mark.parametrize("odd", [5, "print", coroutine_function, AsyncCallable(), generator_function])
def test_a_hook_is_a_plain_function(name: str, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"Hooks.{name}"):
        Hooks(**{name: odd})


def test_any_callable_is_a_hook() -> None:
    Hooks(request=print, response=lambda event: None, batch=None)


@pytest.mark.parametrize(
    ("environment", "wrong", "right"),
    [
        ({"SENDCLOUD_PUBLICKEY": "p", "SENDCLOUD_SECRET_KEY": "s"}, "SENDCLOUD_PUBLICKEY", "SENDCLOUD_PUBLIC_KEY"),
        ({"SENDCLOUD_PUBLIC": "p", "SENDCLOUD_SECRET": "s"}, "SENDCLOUD_SECRET", "SENDCLOUD_SECRET_KEY"),
        ({"sendcloud_public_key": "p"}, "sendcloud_public_key", "SENDCLOUD_PUBLIC_KEY"),
        ({"SENDCLOUD_CLIENTID": "p"}, "SENDCLOUD_CLIENTID", "SENDCLOUD_CLIENT_ID"),
        ({"SENDCLOUD_URL": "https://x"}, "SENDCLOUD_URL", "SENDCLOUD_BASE_URL"),
        ({"SEND_CLOUD_SECRET_KEY": "s"}, "SEND_CLOUD_SECRET_KEY", "SENDCLOUD_SECRET_KEY"),
    ],
)
def test_a_variable_with_almost_the_right_name_is_pointed_out(
    environment: dict[str, str], wrong: str, right: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"'{wrong}' is set, and is not read: is it meant for {right}\?"):
        read_environment(environment)


def test_no_other_variable_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_environment({"PATH": "/bin", "SENDGRID_API": "hidden", "SENDCLOUD_PATIENCE": "hidden", "HOME": "/"})
    assert "is not read" not in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("environment", [5, "", [("SENDCLOUD_PUBLIC_KEY", "p")], print])
def test_an_environment_is_a_mapping(environment: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^environment "):
        read_environment(environment)


@pytest.mark.parametrize("value", [5, None, b"hidden", ["hidden"]])
@pytest.mark.parametrize("name", ["SENDCLOUD_PUBLIC_KEY", "SENDCLOUD_SECRET_KEY", "SENDCLOUD_BASE_URL"])
def test_a_variable_that_is_no_text_is_named(name: str, value: Any) -> None:
    good = {"SENDCLOUD_PUBLIC_KEY": "p", "SENDCLOUD_SECRET_KEY": "s", "SENDCLOUD_BASE_URL": "https://x.example"}
    with pytest.raises(ConfigurationError) as caught:
        read_environment({**good, name: value})
    assert "hidden" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryPolicy(attempts=-(10**5000)),
        lambda: Pace.shared("\ud800", redis_url=["redis://x"]),  # type: ignore[arg-type]
        lambda: Clock(sleep=coroutine_function),
        lambda: OAuth2Credentials("id", "secret", fetch=coroutine_function),  # type: ignore[arg-type]
        lambda: OAuth2Credentials("id", "secret").through(fetch=5),  # type: ignore[arg-type]
    ],
)
def test_settings_that_used_to_fail_later_or_in_foreign_words_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError):
        make()


@pytest.mark.parametrize("kind", ["delete", "", None, 5])
def test_a_pace_knows_reads_and_writes_alone(kind: Any) -> None:
    with pytest.raises(InvalidRequest, match="kind"):
        Pace().acquire(kind)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1, "5", True, None])
def test_a_pace_is_held_for_a_number_of_seconds(seconds: Any) -> None:
    with pytest.raises(InvalidRequest, match="seconds"):
        Pace().hold(seconds)


def test_a_clock_that_fails_leaves_nobody_waiting_for_a_token() -> None:
    ticks = iter([1.0])

    def fails(*_: object) -> Any:
        raise OSError

    credentials = OAuth2Credentials("id", "secret", fetch=fails, clock=Clock(monotonic=lambda: next(ticks)))
    for told in ("fetch raised OSError", "clock of OAuth2Credentials cannot be read"):
        with pytest.raises(SendcloudError, match=told):
            credentials.authorization()


# ---------------------------------------------------------------- journals and reports


@pytest.mark.parametrize("key", [None, 5, (41,), (41, 5), ("41", "A"), (2**70, "A"), (41, "\ud800"), (True, "A")])
def test_a_journal_takes_keys_alone(tmp_path: Path, key: Any) -> None:
    with Journal(tmp_path / "journal", account="odd") as journal:
        for call in (
            lambda: journal.acknowledged(key, b"digest"),
            lambda: journal.acknowledged_many([(KEY, b"digest"), (key, b"digest")]),
            lambda: journal.record([Entry(key, b"digest", SendcloudId(5))]),
        ):
            with pytest.raises(InvalidRequest, match=r"key|entries"):
                call()
        assert len(journal) == 0


@pytest.mark.parametrize("account", [5, None, b"odd"])
def test_a_journal_s_account_is_a_text(tmp_path: Path, account: Any) -> None:
    with pytest.raises(ConfigurationError, match="account of a journal should be a text"):
        Journal(tmp_path / "journal", account=account)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "outcome",
    [
        None,
        5,
        Accepted(0, KEY, SendcloudId(5)),
        [BatchOutcome()],
        BatchOutcome(accepted=5),  # type: ignore[arg-type]
        BatchOutcome(accepted=(Accepted("0", KEY, SendcloudId(5)),)),  # type: ignore[arg-type]
        BatchOutcome(accepted=(Accepted(0, KEY, SendcloudId(2**63)),)),
        BatchOutcome(accepted=(Accepted(0, ("41", "A"), SendcloudId(5)),)),  # type: ignore[arg-type]
        BatchOutcome(rejected=(NotSent(0, None, "late"),)),  # type: ignore[arg-type]
        BatchOutcome(not_sent=(NotSent(None, None, "late"),)),  # type: ignore[arg-type]
        BatchOutcome(requests="many"),  # type: ignore[arg-type]
    ],
)
def test_a_report_takes_outcomes_alone_and_nothing_of_a_wrong_one(outcome: Any) -> None:
    report = UpsertReport.of([BatchOutcome(accepted=(Accepted(0, KEY, SendcloudId(5)),))])
    with pytest.raises(InvalidRequest, match="outcome"):
        report.add(outcome)
    with pytest.raises(InvalidRequest, match=r"outcomes\[1\]|outcomes cannot be read"):
        UpsertReport.of([BatchOutcome(), outcome])
    assert report.counts == "1 accepted, 0 rejected, 0 not sent, 0 unknown"


@pytest.mark.parametrize("outcomes", [None, 5, BatchOutcome(accepted=5), iter("x"), resisting("__iter__")()])  # type: ignore[arg-type]
def test_a_report_is_added_up_from_an_iterable_of_outcomes(outcomes: Any) -> None:
    with pytest.raises(InvalidRequest, match="outcomes"):
        UpsertReport.of(outcomes)


def test_an_error_is_made_of_field_errors_alone() -> None:
    with pytest.raises(InvalidRequest, match="errors should be a sequence"):
        APIStatusError(500, "get_order", [5])  # type: ignore[list-item]


@pytest.mark.rule("PATCH-ITEMS")
@pytest.mark.parametrize("items", [[5], [None], [{"name": []}], [{}], [[]]])
@pytest.mark.parametrize("stored", [[{"name": "Tea"}], None, {"name": "Tea"}, [5]])
def test_odd_items_of_an_unchecked_update_are_compared_like_any(items: Any, stored: Any) -> None:
    list(find_differences({"order_items": items}, {"order_items": stored}))
