"""Where a reader of changes begins or goes on: a moment, or a token that is short, checked, and of the same orders."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.changes_reader import LOOKBACK, SETTLE, ids_of, reader, stored
from doubles.changing_service import ChangingService
from sendcloud_orders import InvalidRequest
from sendcloud_orders.changes import read_scope

TOKEN = reader(stored(1, 2, 3)).token


def middle_of_a_round() -> str:
    changes = reader(stored(1, 2, 3))
    next(changes)
    return changes.token


@pytest.mark.rule("CHANGES-TOKEN")
@given(place=st.integers(0), other=st.sampled_from("aZ09-_.=é\0"), way=st.sampled_from(["put in", "changed", "cut"]))
def test_a_token_that_was_damaged_is_refused(place: int, other: str, way: str) -> None:
    token = middle_of_a_round()
    place %= len(token)
    rest = {"put in": token[place:], "changed": token[place + 1 :], "cut": ""}[way]
    damaged = token[:place] + ("" if way == "cut" else other) + rest
    if damaged == token or damaged.rstrip("=") == token:
        return
    with pytest.raises(InvalidRequest, match=r"since .*datetime"):
        reader(ChangingService(), damaged)


@pytest.mark.rule("CHANGES-TOKEN")
def test_a_token_that_came_out_of_a_file_may_have_a_line_end() -> None:
    reader(ChangingService(), f" {TOKEN}\r\n")


@pytest.mark.rule("CHANGES-TOKEN")
def test_a_token_of_another_version_is_refused_as_such() -> None:
    with pytest.raises(InvalidRequest, match="another version"):
        reader(ChangingService(), TOKEN.replace("changes1.", "changes2."))


@pytest.mark.rule("CHANGES-TOKEN")
@pytest.mark.parametrize("scope", [{"account": "another"}, {"integration": 41}, {"integration": [41, 68]}])
def test_a_token_of_other_orders_is_refused_as_such(scope: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="another account, another base URL or other integrations"):
        reader(ChangingService(), TOKEN, **scope)


@pytest.mark.rule("CHANGES-TOKEN")
def test_integrations_may_be_named_in_another_order() -> None:
    token = reader(ChangingService(), integration=[41, 68]).token
    assert list(reader(ChangingService(), token, integration=[68, 41])) == []


@pytest.mark.rule("CHANGES-TOKEN")
def test_a_token_is_short_and_forgets_what_has_settled() -> None:
    service = stored(*range(1, 2001), age=1, page_size=200)
    changes = reader(service)
    assert len(list(changes)) == 2000
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", changes.token)
    assert len(changes.token) < 12 * 2000
    service.advance(SETTLE)
    later = reader(service, changes.token)
    assert list(later) == []
    assert len(later.token) < 100


@pytest.mark.rule("CHANGES-TOKEN")
def test_a_round_keeps_its_days_when_it_is_resumed_with_others() -> None:
    service = stored(1, 2, 3)
    changes = reader(service)
    next(changes)
    assert ids_of(reader(service, changes.token, lookback="all")) == [2, 3]


@pytest.mark.rule("CHANGES-TOKEN")
@pytest.mark.parametrize(
    ("listing", "told"), [(2, []), (-1, []), (0, [1]), (0, [1, 2, 3, 4])], ids=["beyond", "before", "one", "four"]
)
def test_a_token_that_says_what_none_says_is_refused(listing: int, told: list[int]) -> None:
    scope = read_scope("account", integration=None, lookback=LOOKBACK, settle=SETTLE, poll=None)
    content = msgspec.msgpack.encode([scope.name, 0, told, [0, 0, listing, 0]])
    check = blake2b(content, digest_size=6, person=b"changes token").digest()
    with pytest.raises(InvalidRequest, match="cut off or changed"):
        reader(ChangingService(), "changes1." + urlsafe_b64encode(check + content).decode().rstrip("="))


@pytest.mark.parametrize(
    ("since", "hint"),
    [
        (datetime(2026, 11, 2), r"datetime.now\(UTC\), or since.astimezone\(\)"),
        (date(2026, 11, 2), "a day alone"),
        ("2026-11-02T09:30:00Z", r"datetime.fromisoformat"),
        (1_793_600_000, "a datetime with a time zone"),
        (None, "a datetime with a time zone"),
    ],
)
def test_what_is_no_moment_is_refused_with_what_to_write_instead(since: Any, hint: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^since .*{hint}"):
        reader(ChangingService(), since)
