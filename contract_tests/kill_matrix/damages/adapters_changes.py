"""Damages of what the adapters find changed, which their own tests have to see."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead
from sendcloud_orders.changes import ChangeFeed, Mark, Round
from sendcloud_orders_api.models import Order

damaged = partial(damage, "changes by the adapters", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


def told(patch: pytest.MonkeyPatch, judge: Any) -> None:
    """Let `judge` say whether a state of an order is to be told, of the feed, the state, the id and the true answer."""

    def is_news(true: Any, feed: ChangeFeed, id: int, mark: Mark, under_way: Round) -> bool:
        return bool(judge(feed, mark, id, true(feed, id, mark, under_way)))

    wrap_in(patch, "changes.ChangeFeed._is_news", is_news)


@damaged("CHANGES-SINCE")
def changes_leave_out_what_changed_at_the_very_moment(patch: pytest.MonkeyPatch) -> None:
    told(patch, lambda feed, mark, id, true: true and mark.modified != feed._place.floor)


@damaged("CHANGES-SINCE")
def changes_compare_seconds_alone(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "changes.microseconds", lambda true, moment: true(moment.replace(microsecond=0)))


@damaged("CHANGES-SINCE")
def changes_tell_again_what_has_not_settled(patch: pytest.MonkeyPatch) -> None:
    def take(true: Any, feed: ChangeFeed) -> Order:
        order: Order = true(feed)
        feed._place.told.clear()
        return order

    wrap_in(patch, "changes.ChangeFeed.take", take)


@damaged("CHANGES-SINCE")
def changes_tell_an_order_once_for_each_date_of_the_shop(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "changes.Round.covers", lambda under_way, order: True)


@damaged("CHANGES-DATES")
def changes_ask_from_the_very_day_on(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "changes.day_before", lambda true, moment: true(moment + 86_400_000_000))


@damaged("CHANGES-DATES")
def changes_ask_for_the_date_of_updates_alone(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "changes.listings_from", lambda true, cut: true(cut)[:1])


@damaged("CHANGES-DATES")
def changes_look_back_no_further_than_the_moment(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "changes.ChangeFeed._cut", lambda feed: feed._place.floor)


@damaged("CHANGES-SETTLE")
def changes_trust_that_all_can_be_read_at_once(patch: pytest.MonkeyPatch) -> None:
    def settled(true: Any, feed: ChangeFeed) -> Any:
        scope = feed._scope
        feed._scope = replace(scope, settle=0.0)
        found = true(feed)
        feed._scope = scope
        return found

    wrap_in(patch, "changes.ChangeFeed._settled", settled)


@damaged("CHANGES-SETTLE")
def changes_tell_an_older_state_after_a_newer_one(patch: pytest.MonkeyPatch) -> None:
    def judge(feed: ChangeFeed, mark: Mark, id: int, true: bool) -> bool:
        known = feed._place.told.get(id)
        return true or (known is not None and known.modified > mark.modified >= feed._place.floor)

    told(patch, judge)


@damaged("CHANGES-SETTLE")
def changes_forget_what_they_put_off(patch: pytest.MonkeyPatch) -> None:
    def end_round(true: Any, feed: ChangeFeed, ended: Round) -> None:
        feed._put_off = None
        true(feed, ended)

    wrap_in(patch, "changes.ChangeFeed._end_round", end_round)


@damaged("CHANGES-TOKEN")
def a_token_of_changes_is_ahead_of_what_was_handed_out(patch: pytest.MonkeyPatch) -> None:
    def take(true: Any, feed: ChangeFeed) -> Order:
        order: Order = true(feed)
        assert feed._place.round is not None
        feed._place.round.passed = feed._last_id
        return order

    wrap_in(patch, "changes.ChangeFeed.take", take)


@damaged("CHANGES-TOKEN")
def a_token_of_changes_begins_its_round_anew(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "changes.write_token", lambda true, scope, place: true(scope, replace(place, round=None)))


@damaged("CHANGES-TOKEN")
def a_damaged_token_of_changes_is_taken(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "changes._check", lambda content: bytes(6))


@damaged("CHANGES-TOKEN")
def a_token_of_other_orders_is_taken(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "changes.Scope.name", property(lambda scope: b""))


@damaged("CHANGES-TOKEN")
def after_an_error_changes_pass_over_the_page(patch: pytest.MonkeyPatch) -> None:
    def look_at(true: Any, feed: ChangeFeed, page: Any, cut: int | None) -> None:
        true(feed, page, cut)
        assert feed._place.round is not None
        feed._place.round.passed = feed._last_id

    wrap_in(patch, "changes.ChangeFeed._look_at", look_at)


@damaged("CHANGES-UNDATED")
def orders_without_a_moment_are_told_in_each_round(patch: pytest.MonkeyPatch) -> None:
    told(patch, lambda feed, mark, id, true: true or mark.undated)


@damaged("CHANGES-UNDATED")
def two_changes_in_one_second_are_one_to_changes(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "changes.mark_of", lambda true, order: true(order)._replace(content=0))
