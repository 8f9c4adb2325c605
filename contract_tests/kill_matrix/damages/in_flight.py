"""Damages of how batches leave and callers are told, and of the quick check of models: the adapters' tests see them."""

from functools import partial
from typing import Any

import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead
from sendcloud_orders.identity import SendcloudId
from sendcloud_orders.report import Accepted, BatchOutcome, UpsertReport

damaged = partial(damage, "in flight", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


@damaged()
def more_batches_are_in_flight_than_were_asked_for(patch: pytest.MonkeyPatch) -> None:
    def init(true: Any, departures: Any, most: int, linger: Any = None) -> None:
        true(departures, most + 1, linger)

    wrap_in(patch, "departures.Departures.__init__", init)


@damaged()
def a_call_that_was_given_up_goes_on(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "recall.Recall.heed", lambda recall: None)


@damaged("UPSERT-ATOMIC")
def a_caller_whose_order_was_refused_is_told_that_it_was_accepted(patch: pytest.MonkeyPatch) -> None:
    def report_of(one: Any, requests: int = 0) -> UpsertReport:
        return UpsertReport.of([BatchOutcome(accepted=(Accepted(0, one.key, SendcloudId(1)),))])

    replace_in(patch, "coalescing._report_of", report_of)


@damaged("UPSERT-BOUNDS")
def a_model_is_sent_whatever_the_form_of_its_texts(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "fitting._rest", lambda: lambda model: True)
