"""Damages of what the adapters do with labels and integrations, which their own tests have to see."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead
from sendcloud_orders import LabelNotSaved
from sendcloud_orders.exchange import Answer, Lost, Outcome, Refused
from sendcloud_orders.identity import OrderKey, OrderNumber
from sendcloud_orders.label_files import Place
from sendcloud_orders.labelling import LabelPlanner, PreparedLabel
from sendcloud_orders_api.models import LabelDetails, Shipment, ShipmentReference

damaged = partial(damage, "labels by the adapters", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


# ---------------------------------------------------------------------- asked for once


def also_harmless(patch: pytest.MonkeyPatch, kind: type, status: int = 0) -> None:
    """Let a request for labels be sent again after outcomes of a kind; refusals, from a status up."""

    def harmless(true: Any, outcome: Outcome[Any]) -> bool:
        more = isinstance(outcome, kind) and getattr(outcome, "status", status) >= status
        return more or bool(true(outcome))

    wrap_in(patch, "retry.is_harmless", harmless)


@damaged("LABEL-ONCE")
def the_adapters_ask_for_labels_again_after_a_lost_answer(patch: pytest.MonkeyPatch) -> None:
    also_harmless(patch, Lost)


@damaged("LABEL-ONCE")
def the_adapters_ask_for_labels_again_after_a_server_error(patch: pytest.MonkeyPatch) -> None:
    also_harmless(patch, Refused, 500)


@damaged("LABEL-ONCE")
def the_adapters_ask_for_labels_again_after_a_conflict(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch, "retry.is_harmless", lambda true, outcome: getattr(outcome, "conflict", False) or bool(true(outcome))
    )


@damaged("LABEL-ONCE")
def the_adapters_give_up_a_request_for_labels_that_never_left(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "retry.is_harmless", lambda true, outcome: not isinstance(outcome, Lost) and bool(true(outcome)))


@damaged("LABEL-ONCE")
def the_adapters_take_a_label_whose_answer_got_lost_for_one_that_was_not_made(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labels.may_have_been_made", lambda outcome: False)


@damaged("LABEL-ONCE")
def a_report_of_labels_has_orders_whose_answer_got_lost_as_not_sent(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labelling.may_have_been_made", lambda outcome: False)


@damaged("LABEL-ONCE")
def the_adapters_believe_a_gateway_whose_patience_ended_that_it_made_no_label(patch: pytest.MonkeyPatch) -> None:
    def may_have_been_made(true: Any, outcome: Outcome[Any]) -> bool:
        return not (isinstance(outcome, Refused) and outcome.status in (408, 499)) and bool(true(outcome))

    wrap_in(patch, "labels.may_have_been_made", may_have_been_made)


@damaged("LABEL-ONCE")
def the_adapters_ask_twice_for_an_order_that_comes_twice_in_a_run(patch: pytest.MonkeyPatch) -> None:
    def prepare(true: Any, planner: LabelPlanner, order: object, position: int) -> Any:
        planner._seen.clear()
        return true(planner, order, position)

    wrap_in(patch, "labelling.LabelPlanner._prepare", prepare)


@damaged("LABEL-ONCE")
def the_adapters_ask_a_service_that_is_down_for_labels_to_the_end(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labelling._MOST_UNDELIVERED", 10**6)


@damaged("LABEL-ONCE")
def the_adapters_ask_on_for_labels_when_they_were_turned_away(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labelling._turns_away", lambda problem: False)


@damaged("LABEL-ONCE")
def an_interrupt_forgets_orders_that_wait_for_their_label(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "labelling.LabelPlanner.finish", lambda true, planner: list(true(planner)))


@damaged("LABEL-ONCE")
def the_adapters_take_the_label_of_another_order(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labels.is_about", lambda name, shipment: None)


@damaged("LABEL-ONCE")
def the_adapters_keep_the_first_of_two_shipments_to_themselves(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "labels.LabelPurchase._label_of", lambda true, purchase, shipments: true(purchase, shipments[-1:]))


# ---------------------------------------------------------------------- requests


@damaged("LABELS-LIMIT")
def the_adapters_ask_for_21_labels_at_once(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "labelling.LabelPlanner.__init__",
        lambda true, planner, options, integration, at_a_time: true(planner, options, integration, 21),
    )


@damaged("LABEL-NAMED")
def the_adapters_name_an_order_to_ship_by_its_id_where_its_number_was_given(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labels.fields_of", lambda name: {"order_id": name[1]})


@damaged("LABEL-FORM")
def the_adapters_ask_for_a_resolution_that_the_type_does_not_have(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "labels._DPI_OF", {})


@damaged("LABEL-MISSING")
def the_adapters_take_an_order_that_cannot_be_shipped_yet_for_a_wrong_address(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "exchange.read_error_body", lambda true, status, content, **options: true(status, content))


# ---------------------------------------------------------------------- answers to several


@damaged("LABELS-CREATE")
def the_adapters_match_shipments_by_their_place(patch: pytest.MonkeyPatch) -> None:
    def owners(
        asked: Sequence[PreparedLabel], made: Sequence[ShipmentReference]
    ) -> tuple[dict[int, ShipmentReference], Sequence[ShipmentReference]]:
        return dict(zip(range(len(asked)), made, strict=False)), made[len(asked) :]

    replace_in(patch, "label_matching._owners", owners)


@damaged("LABELS-CREATE")
def the_adapters_let_go_of_shipments_that_nobody_asked_for(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "label_matching._owners", lambda true, asked, made: (true(asked, made)[0], []))


@damaged("LABELS-CREATE")
def the_adapters_overlook_the_parcel_of_an_older_answer(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_matching.parcels_of", lambda shipment: tuple(shipment.parcels_ids or ()))


@damaged("LABEL-ONCE")
def the_adapters_take_a_failure_at_one_of_the_labels_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_matching._settles_nothing", lambda status: False)


@damaged("LABELS-SENDER")
def the_adapters_hold_an_error_that_names_no_order_against_the_first(patch: pytest.MonkeyPatch) -> None:
    def read(true: Any, status: int, content: bytes, **options: Any) -> Any:
        said = true(status, content, **options)
        return replace(said, errors=tuple(replace(error, index=error.index or 0) for error in said.errors))

    wrap_in(patch, "label_matching.read_error_body", read)


@damaged("LABELS-PARTIAL")
def the_adapters_hold_what_is_said_of_one_order_against_the_whole_request(patch: pytest.MonkeyPatch) -> None:
    def read(true: Any, status: int, content: bytes, **options: Any) -> Any:
        said = true(status, content, **options)
        return replace(said, errors=tuple(replace(error, index=None) for error in said.errors))

    wrap_in(patch, "label_matching.read_error_body", read)


@damaged("READ-TOLERANT")
def a_shipment_that_breaks_the_contract_hides_the_others(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_matching.read_in_pieces", lambda answer, part, kind: None)


# ---------------------------------------------------------------------- the label and its file


@damaged("LABEL-DATA")
def the_adapters_find_a_label_only_where_the_schema_has_it(patch: pytest.MonkeyPatch) -> None:
    def told(shipment: Shipment) -> Iterator[tuple[str, LabelDetails]]:
        if shipment.label_details is not None and shipment.label_details.file:
            yield shipment.label_details.file, shipment.label_details

    replace_in(patch, "label_answers._labels_told", told)


@damaged("LABEL-DATA")
def the_adapters_give_out_a_label_that_was_damaged(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_answers._from_base64", lambda text: b64decode(text + "===") or None)


@damaged("LABEL-DATA")
def the_adapters_give_up_a_label_for_a_field_beside_it(patch: pytest.MonkeyPatch) -> None:
    def whole(answer: Answer, part: bytes, kind: type[msgspec.Struct]) -> Any:
        return answer.decode(kind, part)

    replace_in(patch, "label_answers.read_in_pieces", whole)


@damaged("LABEL-FILE")
def a_label_is_bought_before_its_place_is_tried(patch: pytest.MonkeyPatch) -> None:
    def hold(place: Place) -> None:
        place._held = Path(f"{place._target}.part")

    replace_in(patch, "label_files.Place.hold", hold)


@damaged("LABEL-FILE")
def a_label_is_written_over_another_unasked(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_files.Place._check_free", lambda place, target: None)
    replace_in(patch, "label_files.Place._move", lambda place, held, target: held.replace(target))


@damaged("LABEL-FILE")
def a_label_that_never_came_leaves_a_file(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_files.Place.release", lambda place: None)


@damaged("LABEL-FILE")
def a_label_is_written_where_the_order_id_leads(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "label_files.safe_name", lambda text: text)


@damaged("LABEL-FILE")
def two_orders_have_one_name_for_their_labels(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "label_files.safe_name", lambda true, text: true(text).rpartition("-")[0])


@damaged("LABEL-FILE")
def a_label_is_lost_with_its_file(patch: pytest.MonkeyPatch) -> None:
    def without_label(message: str, key: OrderKey | OrderNumber, **known: Any) -> LabelNotSaved:
        return LabelNotSaved(message, key, **known | {"label": None})

    replace_in(patch, "labels.LabelNotSaved", without_label)


# ---------------------------------------------------------------------- what a label needs


@damaged("LABEL-CHECK")
def the_adapters_check_nothing_for_a_label(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching.find_label_errors", lambda order: iter(()))


@damaged("LABEL-CHECK")
def a_check_of_orders_forgets_their_labels(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "checked_orders.planner_of", lambda true, options: true(replace(options, check_for_label=False)))


@damaged("LABEL-CHECK")
def the_check_for_a_label_is_content_with_a_weight_of_nothing(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "label_check._is_above_zero", lambda true, value: value is not None)


@damaged("LABEL-CHECK")
def the_check_for_a_label_wants_an_address_of_who_collects(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch, "label_check._at", lambda true, order, path: None if "is_local_pickup" in path else true(order, path)
    )


# ---------------------------------------------------------------------- integrations


@damaged("INTEGRATION-GET")
def the_adapters_take_another_integration_for_the_one_that_was_asked_for(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "integrations._read_one",
        lambda true, id, answer: true(msgspec.json.decode(answer.content)["data"]["id"], answer),
    )


@damaged("UPSERT-INTEGRATIONS")
def the_adapters_read_the_integrations_at_each_refusal(patch: pytest.MonkeyPatch) -> None:
    def explain(true: Any, known: Any, rejected: Any) -> Any:
        known._hint = None
        return true(known, rejected)

    wrap_in(patch, "integrations.KnownIntegrations.explain", explain)


@damaged("UPSERT-INTEGRATIONS")
def the_adapters_read_the_integrations_at_whatever_refusal(patch: pytest.MonkeyPatch) -> None:
    for module in ("integrations", "upserting"):
        replace_in(patch, f"{module}.is_told", bool)


@damaged("UPSERT-INTEGRATIONS")
def the_adapters_try_as_often_for_the_integrations_as_for_orders(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "integrations._list_call", lambda true, patience=None: true())


@damaged("UPSERT-INTEGRATIONS")
def the_adapters_lose_a_refusal_when_the_integrations_cannot_be_read(patch: pytest.MonkeyPatch) -> None:
    def explain(true: Any, known: Any, rejected: Any) -> Any:
        told = yield from true(known, rejected)
        return told if known._hint else ()

    wrap_in(patch, "integrations.KnownIntegrations.explain", explain)
