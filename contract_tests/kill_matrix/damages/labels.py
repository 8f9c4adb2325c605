"""Damages of the two operations that make labels, and of the two that read integrations."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import Response

from kill_matrix.cross import Place
from kill_matrix.damage import answering, around, damage, instead
from sendcloud_orders_sandbox.answers import json_answer
from sendcloud_orders_sandbox.labels import PDF, PNG, ZPL
from sendcloud_orders_sandbox.problems import RefusedError, order_missing
from sendcloud_orders_sandbox.shipping import Shipping
from sendcloud_orders_sandbox.store import decode_json

Document = dict[str, Any]
ONE, SEVERAL = "POST /orders/create-label-sync", "POST /orders/create-labels-async"
ALL, SINGLE = "GET /integrations", "GET /integrations/{id}"
# Fewer are sorted whatever happens.
THREE = (41, 68, 93)


def reshaped(patch: pytest.MonkeyPatch, operation: str, change: Callable[[Any], Any], status: int = 0) -> None:
    """Let `change` make the body of each success of an operation out of the true one."""

    def response(given: Response) -> Response:
        if given.status_code >= 300:
            return given
        return json_answer(change(decode_json(bytes(given.body))), status or given.status_code)

    answering(patch, operation, response)


def relabelled(patch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Let the answer with one label say something else in these fields, or leave them out where they are None."""
    reshaped(patch, ONE, lambda body: {"data": {k: v for k, v in (body["data"] | fields).items() if v is not None}})


# ---------------------------------------------------------------------- one label


@damage("labels", "LABEL-CREATE")
def a_label_is_answered_with_200(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ONE, lambda body: body, 200)


@damage("labels", "LABEL-CREATE")
def a_label_comes_without_the_envelope(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ONE, lambda body: body["data"])


@damage("labels", "LABEL-CREATE")
def a_label_has_no_tracking_number(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, tracking_number="")


@damage("labels", "LABEL-CREATE")
def a_label_has_no_documents(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, documents=[])


@damage("labels", "LABEL-CREATE")
def a_label_names_no_shipment(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, shipment_id="")


@damage("labels", "LABEL-CREATE")
def a_label_names_its_shipment_for_its_parcel(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, parcel_id="none")


@damage("labels", "LABEL-CREATE", "LABEL-NAMED")
def a_label_names_another_order(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, order_id="another")


@damage("labels", "LABEL-CREATE", "LABEL-NAMED")
def a_label_gives_the_order_id_for_the_number(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ONE, lambda body: {"data": body["data"] | {"order_number": body["data"]["order_id"]}})


@damage("labels", "LABEL-CREATE")
def every_label_is_of_the_first_parcel(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "store.Store.next_parcel", lambda store: 8001)


@damage("labels", "LABEL-CREATE", place=Place.REPEATED)
def every_label_is_of_the_first_shipment(patch: pytest.MonkeyPatch) -> None:
    around(patch, "store.Store.add_shipment", lambda true, store, shipment: replace(true(store, shipment), id=7001))


@damage("labels", "LABEL-FORM")
def a_label_has_no_file(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, label_details={"mime_type": PDF, "dpi": 72})


@damage("labels", "LABEL-FORM")
def a_label_is_not_in_base64(patch: pytest.MonkeyPatch) -> None:
    relabelled(patch, label_details={"file": "%PDF-1.4", "mime_type": PDF, "dpi": 72})


@damage("labels", "LABEL-FORM")
def a_label_is_cut_short(patch: pytest.MonkeyPatch) -> None:
    around(patch, "shipping.draw_label", lambda true, *wanted: true(*wanted)[:-100])


@damage("labels", "LABEL-FORM")
def a_label_is_in_base64_twice(patch: pytest.MonkeyPatch) -> None:
    around(patch, "shipping.draw_label", lambda true, *wanted: b64encode(true(*wanted)))


@damage("labels", "LABEL-FORM")
def every_label_is_a_pdf(patch: pytest.MonkeyPatch) -> None:
    around(patch, "shipping.draw_label", lambda true, mime_type, dpi, parcels: true(PDF, 72, parcels))


@damage("labels", "LABEL-FORM")
def a_label_is_zpl_where_nothing_is_asked_for(patch: pytest.MonkeyPatch) -> None:
    around(patch, "shipping.Shipping.form", lambda true, shipping, wanted: true(shipping, wanted or {"mime_type": ZPL}))


@damage("labels", "LABEL-FORM")
def a_png_has_the_other_resolution(patch: pytest.MonkeyPatch) -> None:
    def form(true: Any, shipping: Shipping, wanted: Document) -> tuple[str, int]:
        mime_type, dpi = true(shipping, wanted)
        return mime_type, 450 - dpi if mime_type == PNG else dpi

    around(patch, "shipping.Shipping.form", form)


@damage("labels", "LABEL-FORM", place=Place.NESTED)
def a_png_says_that_it_is_a_pdf(patch: pytest.MonkeyPatch) -> None:
    def change(body: Document) -> Document:
        return {"data": body["data"] | {"label_details": body["data"]["label_details"] | {"mime_type": PDF}}}

    reshaped(patch, ONE, change)


# ---------------------------------------------------------------------- which order


@damage("labels", "LABEL-MISSING")
def a_label_of_an_order_that_is_missing_has_other_words(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.nothing_to_ship", order_missing)


@damage("labels", "LABEL-MISSING")
def a_label_of_an_order_that_is_missing_is_a_400(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.nothing_to_ship", lambda: replace(order_missing(), status=400))


@damage("labels", "LABEL-MISSING", place=Place.AFTER_DELETE)
def a_deleted_order_can_be_shipped(patch: pytest.MonkeyPatch) -> None:
    gone: dict[tuple[int, str], Any] = {}

    def delete(true: Any, store: Any, order: int) -> None:
        stored = store.read(order)
        gone[stored.document["order_details"]["integration"]["id"], stored.document["order_id"]] = stored
        true(store, order)

    def find(true: Any, shipping: Shipping, integration: int, named: Document) -> Any:
        return gone.get((integration, named.get("order_id", ""))) or true(shipping, integration, named)

    around(patch, "store.Store.delete", delete)
    around(patch, "shipping.Shipping.find", find)


@damage("labels", "LABEL-NAMED")
def an_order_number_is_read_as_an_order_id(patch: pytest.MonkeyPatch) -> None:
    def by_number(shipping: Shipping, integration: int, named: Document) -> Any:
        return shipping.by_id(integration, {"order_id": named["order_number"]})

    instead(patch, "shipping.Shipping.by_number", by_number)


@damage("labels", "LABEL-NAMED", place=Place.FIRST_INTEGRATION)
def an_order_number_is_looked_for_in_every_integration(patch: pytest.MonkeyPatch) -> None:
    def find_number(store: Any, integration: int, number: str) -> list[int]:
        return [row[0] for row in store._all("SELECT id FROM orders WHERE order_number = ? ORDER BY id", number)]

    instead(patch, "store.Store.find_number", find_number)


@damage("labels", "LABEL-NAMED", place=Place.SECOND_INTEGRATION)
def an_order_id_is_looked_for_in_every_integration(patch: pytest.MonkeyPatch) -> None:
    def by_id(shipping: Shipping, integration: int, named: Document) -> Any:
        row = shipping.store._one("SELECT id FROM orders WHERE order_id = ? ORDER BY id", named["order_id"])
        return row and row[0]

    instead(patch, "shipping.Shipping.by_id", by_id)


@damage("labels", "LABEL-NAMED")
def the_newest_order_is_shipped_whatever_its_number(patch: pytest.MonkeyPatch) -> None:
    def by_number(shipping: Shipping, integration: int, named: Document) -> Any:
        return shipping.store._one("SELECT max(id) FROM orders WHERE integration = ?", integration)[0]

    instead(patch, "shipping.Shipping.by_number", by_number)


@damage("labels", "LABEL-NAMED")
def a_name_may_have_any_length(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "String should have at most")


@damage("labels", "LABEL-NAMED")
def an_order_id_of_64_characters_is_too_long(patch: pytest.MonkeyPatch) -> None:
    def find(true: Any, shipping: Shipping, integration: int, named: Document) -> Any:
        if len(named.get("order_id", "")) >= 64:
            raise RefusedError(replace(order_missing(), status=400))
        return true(shipping, integration, named)

    around(patch, "shipping.Shipping.find", find)


# ---------------------------------------------------------------------- bodies


def ignoring(patch: pytest.MonkeyPatch, *words: str) -> None:
    """Let what is wrong with a body pass when its wording begins so."""

    def checked(true: Any, shipping: Shipping, schema: str, body: Any, *word: Any) -> Any:
        try:
            return true(shipping, schema, body, *word)
        except RefusedError as refused:
            left = [problem for problem in refused.problems if not problem.detail.startswith(words)]
            if left:
                raise RefusedError(*left) from None
            return body

    around(patch, "shipping.Shipping.checked", checked)


@damage("labels", "LABEL-BODY")
def the_type_of_an_order_id_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "Input should be a valid string")


@damage("labels", "LABEL-BODY", place=Place.NESTED)
def a_code_that_is_not_known_makes_no_difference(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "Input should be 'kg'", "Input should be 'shipping_option_code'")


def refused_with(patch: pytest.MonkeyPatch, **told: Any) -> None:
    """Let the problems of a broken body say something else in these fields."""

    def checked(true: Any, shipping: Shipping, *body: Any) -> Any:
        try:
            return true(shipping, *body)
        except RefusedError as refused:
            raise RefusedError(*(replace(problem, **told) for problem in refused.problems)) from None

    around(patch, "shipping.Shipping.checked", checked)


@damage("labels", "LABEL-BODY")
def a_body_is_refused_with_422(patch: pytest.MonkeyPatch) -> None:
    refused_with(patch, status=422)


@damage("labels", "LABEL-BODY", "ERROR-POINTER")
def a_broken_body_is_refused_without_a_pointer(patch: pytest.MonkeyPatch) -> None:
    refused_with(patch, source={})


@damage("labels", "LABELS-LIMIT")
def labels_of_21_orders_are_made(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "List should have at most")


@damage("labels", "LABELS-LIMIT", place=Place.FULL)
def no_more_than_19_labels_are_made(patch: pytest.MonkeyPatch) -> None:
    def checked(true: Any, shipping: Shipping, schema: str, body: Any, *word: Any) -> Any:
        many = schema == "LabelsInput" and len(body.get("orders", ())) > 19
        return true(shipping, schema, body | {"orders": [*body["orders"], 0]} if many else body, *word)

    around(patch, "shipping.Shipping.checked", checked)


@damage("labels", "LABELS-LIMIT", place=Place.EMPTY)
def labels_of_no_order_are_made(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "List should have at least")


@damage("labels", "LABELS-LIMIT", place=Place.REPEATED)
def an_order_that_is_named_twice_is_shipped_twice(patch: pytest.MonkeyPatch) -> None:
    ignoring(patch, "List should not have")


# ---------------------------------------------------------------------- several labels


def of_outcome(
    patch: pytest.MonkeyPatch, change: Callable[[list[Any], list[Any]], tuple[list[Any], list[Any]]]
) -> None:
    """Let an answer tell of other shipments, or of other errors."""
    around(
        patch,
        "shipping.Shipping.outcome",
        lambda true, shipping, shipped, found: true(shipping, *change(list(shipped), list(found))),
    )


@damage("labels", "LABELS-CREATE")
def several_labels_are_answered_with_201(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, SEVERAL, lambda body: body, 201)


@damage("labels", "LABELS-CREATE", place=Place.LAST_ROW)
def the_last_shipment_is_not_told(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: (shipped[:-1], found))


@damage("labels", "LABELS-CREATE")
def a_shipment_is_told_twice(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: ([*shipped, *shipped[:1]], found))


@damage("labels", "LABELS-CREATE")
def references_name_no_parcels(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: ([row | {"parcels_ids": [], "parcel_id": 0} for row in shipped], found))


@damage("labels", "LABELS-CREATE")
def all_orders_share_a_shipment(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: ([row | {"shipment_id": "7001"} for row in shipped], found))


@damage("labels", "LABELS-CREATE")
def orders_that_are_missing_are_shipped_in_silence(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "shipping.Shipping.refuses_all", lambda shipping, refused: False)
    of_outcome(patch, lambda shipped, found: (shipped, [one for one in found if one.status != 404]))


@damage("labels", "LABELS-PARTIAL")
def one_order_that_cannot_be_shipped_refuses_all(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "shipping.Shipping.refuses_all", lambda shipping, refused: True)


@damage("labels", "LABELS-PARTIAL", place=Place.LAST_ROW)
def labels_stop_at_the_first_order_that_cannot_be_shipped(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: (shipped[:1] if found else shipped, found))


@damage("labels", "LABELS-PARTIAL")
def an_order_that_cannot_be_shipped_is_passed_over_in_silence(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: (shipped, []))


@damage("labels", "LABELS-PARTIAL")
def an_order_is_both_shipped_and_refused(patch: pytest.MonkeyPatch) -> None:
    of_outcome(patch, lambda shipped, found: ([*shipped, {"shipment_id": "7777", "order_id": "x"}], found))


@damage("labels", "LABELS-PARTIAL", "ERROR-POINTER")
def errors_point_at_the_order_after_the_wrong_one(patch: pytest.MonkeyPatch) -> None:
    around(patch, "shipping.at_order", lambda true, position, problem: true(position + 1, problem))


@damage("labels", "LABELS-PARTIAL", "ERROR-POINTER")
def errors_point_at_all_orders(patch: pytest.MonkeyPatch) -> None:
    pointer = {"pointer": "/data/attributes/orders"}
    instead(patch, "shipping.at_order", lambda position, problem: replace(problem, source=pointer))


@damage("labels", "LABELS-ADDRESS", place=Place.ADDRESS)
def an_order_without_an_address_is_shipped_to_nowhere(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "shipping.Shipping.order_problems", lambda shipping, order, parcels: iter(()))


@damage("labels", "LABELS-ADDRESS")
def an_order_without_an_address_is_refused_in_other_words(patch: pytest.MonkeyPatch) -> None:
    around(patch, "problems.no_shipping_address", lambda true: replace(true(), detail="No."))


@damage("labels", "LABELS-ADDRESS")
def an_order_without_an_address_has_another_code(patch: pytest.MonkeyPatch) -> None:
    around(patch, "problems.no_shipping_address", lambda true: replace(true(), code="invalid"))


@damage("labels", "LABELS-PARCELS")
def every_order_is_one_parcel(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "shipping.Shipping.ship",
        lambda true, shipping, order, parcels, *form: true(shipping, order, [{}], *form),
    )


@damage("labels", "LABELS-PARCELS", "LABELS-CREATE")
def parcels_of_an_order_share_an_id(patch: pytest.MonkeyPatch) -> None:
    def change(shipped: list[Any], found: list[Any]) -> tuple[list[Any], list[Any]]:
        return [row | {"parcels_ids": row["parcels_ids"][:1] * len(row["parcels_ids"])} for row in shipped], found

    of_outcome(patch, change)


@damage("labels", "LABELS-PARCELS", place=Place.LAST_ROW)
def the_last_parcel_of_an_order_is_not_told(patch: pytest.MonkeyPatch) -> None:
    def change(shipped: list[Any], found: list[Any]) -> tuple[list[Any], list[Any]]:
        return [row | {"parcels_ids": row["parcels_ids"][:-1] or row["parcels_ids"]} for row in shipped], found

    of_outcome(patch, change)


@damage("labels", "LABELS-SENDER")
def any_address_of_the_sender_will_do(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "shipping.Shipping.refuse_sender", lambda shipping, body: None)


@damage("labels", "LABELS-SENDER")
def an_unknown_address_of_the_sender_refuses_the_request(patch: pytest.MonkeyPatch) -> None:
    def answer(given: Response) -> Response:
        body = decode_json(bytes(given.body))
        return json_answer(body, 404) if given.status_code == 202 and "data" not in body else given

    answering(patch, SEVERAL, answer)


@damage("labels", "LABELS-SENDER", place=Place.LAST_ROW)
def an_unknown_address_of_the_sender_refuses_all_orders_but_the_last(patch: pytest.MonkeyPatch) -> None:
    def create_labels(true: Any, shipping: Shipping, body: Any) -> Document:
        found: Document = true(shipping, body)
        known = {name: value for name, value in body.items() if name != "sender_address_id"}
        refused = known != body and "data" not in found
        return true(shipping, known | {"orders": body["orders"][-1:]}) | found if refused else found

    around(patch, "shipping.Shipping.create_labels", create_labels)


# ---------------------------------------------------------------------- integrations


@damage("integrations", "INTEGRATION-LIST", place=Place.LAST_ROW)
def the_last_integration_is_not_listed(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ALL, lambda body: {"data": body["data"][:-1]})


@damage("integrations", "INTEGRATION-LIST")
def an_integration_is_listed_twice(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ALL, lambda body: {"data": [*body["data"], *body["data"][:1]]})


@damage("integrations", "INTEGRATION-LIST")
def integrations_are_listed_by_their_ids(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, ALL, lambda body: {"data": {str(row["id"]): row for row in body["data"]}})


@damage("integrations", "INTEGRATION-GET", place=Place.SECOND_INTEGRATION)
def every_integration_is_read_as_the_first(patch: pytest.MonkeyPatch) -> None:
    around(patch, "integrations.Integrations.get", lambda true, account, path_id: true(account, "41"))


@damage("integrations", "INTEGRATION-GET")
def an_integration_is_read_with_another_name(patch: pytest.MonkeyPatch) -> None:
    reshaped(patch, SINGLE, lambda body: {"data": body["data"] | {"shop_name": "Another"}})


@damage("integrations", "INTEGRATION-MISSING", place=Place.NEVER_STORED)
def an_integration_that_is_missing_is_invented(patch: pytest.MonkeyPatch) -> None:
    def get(true: Any, account: Any, path_id: str) -> Document:
        known: Document = account.describe(int(path_id))
        return known

    around(patch, "integrations.Integrations.get", get)


@damage("integrations", "INTEGRATION-MISSING")
def an_integration_that_is_missing_has_the_words_of_an_order(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.integration_missing", order_missing)


@damage("integrations", "INTEGRATION-SORT", place=Place.SEVERAL_INTEGRATIONS, integrations=THREE)
def integrations_are_never_sorted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "integrations.Integrations.sort_field", lambda account, query: None)


@damage("integrations", "INTEGRATION-SORT", integrations=THREE)
def integrations_that_do_not_fail_are_left_out_of_that_sort(patch: pytest.MonkeyPatch) -> None:
    def rows(true: Any, account: Any, query: Any) -> list[Document]:
        found: list[Document] = true(account, query)
        return [row for row in found if query.get("sort") != "failing_since" or row["started_failing_at"]]

    around(patch, "integrations.Integrations.list", rows)
