"""Apply the documented rules of labels; policies decide what is not documented."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from . import problems
from .labels import PDF, RESOLUTIONS, draw_label
from .policies import Policies
from .presenting import present_object, shape
from .problems import Problem, RefusedError
from .recording import note_problems
from .rules import Rules, key_of
from .schema import known_part
from .store import Document, Shipment, Stored

# The account's own.
SENDER_ADDRESSES = (5,)
USUAL_OPTION = {"type": "shipping_option_code", "properties": {"shipping_option_code": "sandbox:standard"}}
ONE_PARCEL: list[Document] = [{}]


class Shipping:
    """The two operations that make labels, with one method per rule, so that a test can break a single rule."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.store = rules.store

    @property
    def policies(self) -> Policies:
        """Return the policies in force."""
        return self.rules.policies

    def create_label(self, body: Any, labels_url: str) -> Document | list[Document]:
        """Ship one order and return the shipment with its label. Rules: LABEL-CREATE, LABEL-DATA."""
        body = self.checked("LabelInput", body, in_words_of_one_label)
        mime_type, dpi = self.form(body.get("label_details", {}))
        self.refuse_sender(body)
        try:
            with self.store.transaction():
                order = self.find(body["integration_id"], body["order"])
                self.rules.refuse(self.order_problems(order, ONE_PARCEL))
                shipment = self.ship(order.document, ONE_PARCEL, mime_type, dpi)
        except RefusedError as refused:
            raise self.with_status(refused) from None
        ship_with = self.ship_with(body, order.document)
        document = self.present_label(shipment, ship_with, dpi, labels_url)
        return document if self.policies.label_data == "object" else [document]

    def create_labels(self, body: Any) -> Document:
        """Ship orders; return the shipments and what is wrong with the others. Rules: LABELS-CREATE, LABELS-PARTIAL."""
        body = self.checked("LabelsInput", body)
        try:
            self.refuse_sender(body)
        except RefusedError as refused:
            return self.outcome([], refused.problems)
        shipped: list[Document] = []
        found: list[Problem] = []
        with self.store.transaction():
            for position, named in enumerate(body["orders"]):
                try:
                    shipped.append(self.ship_named(body, named))
                except RefusedError as refused:
                    if self.refuses_all(refused):
                        raise
                    found.extend(at_order(position, problem) for problem in refused.problems)
        return self.outcome(shipped, found)

    def ship_named(self, body: Document, named: Document) -> Document:
        """Ship one of several orders and return its shipment. Rule: LABELS-PARCELS."""
        order = self.find(body["integration_id"], named)
        parcels = named.get("parcels", ONE_PARCEL)
        self.rules.refuse(self.order_problems(order, parcels))
        shipment = self.ship(order.document, parcels, PDF, RESOLUTIONS[PDF][0])
        return self.present_shipment(shipment, self.ship_with(body, order.document))

    # What is asked for

    def checked(self, schema: str, body: Any, word: Any = lambda problem: problem) -> Document:
        """Return a body that keeps its schema, or refuse it with all that is wrong. Rules: LABEL-BODY, LABELS-LIMIT."""
        self.rules.require_object(body)
        known: Document = known_part(schema, body, self.policies)
        self.rules.refuse(map(word, self.rules.schema_problems(schema, known, problems.update_pointer)))
        return known

    def form(self, wanted: Mapping[str, Any]) -> tuple[str, int]:
        """Return the type and the resolution of a label: a PDF unless something else is wanted. Rule: LABEL-FORM."""
        mime_type = wanted.get("mime_type", PDF)
        possible = RESOLUTIONS[mime_type.lower()]
        dpi = wanted.get("dpi", possible[0])
        if dpi in possible:
            return mime_type.lower(), dpi
        if self.policies.label_wrong_dpi == "reject":
            choices = " or ".join(map(str, possible))
            pointer = problems.update_pointer("label_details", "dpi")
            problem = problems.invalid(f"Input should be {choices}", pointer, rule="LABEL-FORM")
            raise RefusedError(in_words_of_one_label(problem))
        return mime_type.lower(), possible[0]

    def refuse_sender(self, body: Document) -> None:
        """Refuse a sender's address that the account does not have. Rule: LABELS-SENDER."""
        if body.get("sender_address_id", SENDER_ADDRESSES[0]) not in SENDER_ADDRESSES:
            raise RefusedError(problems.unknown_sender())

    def find(self, integration: int, named: Document) -> Stored:
        """Find the saved order that is to be shipped. Rules: LABEL-NAMED, LABEL-MISSING, UPSERT-ASYNC."""
        self.store.save_due(self.rules.clock.now())
        order = self.by_id(integration, named) if "order_id" in named else self.by_number(integration, named)
        stored = None if order is None else self.store.read(order)
        if stored is None or not self.agrees(stored, named):
            raise RefusedError(problems.nothing_to_ship())
        return stored

    def by_id(self, integration: int, named: Document) -> int | None:
        """Return the id of the order with this `order_id`. Rule: LABEL-NAMED."""
        key = {"order_details": {"integration": {"id": integration}}, "order_id": named["order_id"]}
        return self.rules.target(key)

    def by_number(self, integration: int, named: Document) -> int | None:
        """Return the id of the order with this `order_number`, which others may share. Rule: LABEL-NUMBER-SHARED."""
        orders = self.store.find_number(integration, named["order_number"])
        if len(orders) > 1 and self.policies.label_number_shared == "reject":
            raise RefusedError(problems.not_shippable("Several orders have this number.", "LABEL-NUMBER-SHARED"))
        oldest = self.policies.label_number_shared == "oldest"
        return orders[0 if oldest else -1] if orders else None

    def agrees(self, stored: Stored, named: Document) -> bool:
        """Tell whether an order has both names, if two are given. Rule: LABEL-NAMES-DISAGREE."""
        number = stored.document["order_number"]
        return self.policies.label_names_disagree == "order_id" or named.get("order_number", number) == number

    # What is wrong with an order

    def order_problems(self, order: Stored, parcels: Iterable[Document]) -> Iterator[Problem]:
        """Find why an order cannot be shipped. Rules: LABELS-ADDRESS, LABEL-AGAIN, LABEL-PRICE, LABELS-PARCELS."""
        if not order.document.get("shipping_address"):
            yield problems.no_shipping_address()
        if self.policies.label_again == "reject" and self.store.is_shipped(*key_of(order.document)):
            yield problems.not_shippable("The order has been shipped.", "LABEL-AGAIN")
        if self.policies.label_negative_price != "accept" and has_negative_price(order.document):
            problem = problems.not_shippable("The price of an item is negative.", "LABEL-PRICE")
            yield replace(problem, status=422) if self.policies.label_negative_price == "refuse" else problem
        if self.policies.label_unknown_item == "reject" and has_unknown_item(order.document, parcels):
            yield problems.not_shippable("A parcel has an item that is not in the order.", "LABELS-PARCELS")

    def with_status(self, refused: RefusedError) -> RefusedError:
        """Give the refusal of an order that cannot be shipped the status that the policy sets. Rule: LABEL-REFUSED."""
        if refused.status == 404:
            return refused
        return RefusedError(*(replace(problem, status=self.policies.label_refusal) for problem in refused.problems))

    def refuses_all(self, refused: RefusedError) -> bool:
        """Tell whether what is wrong with one order refuses them all. Rules: LABELS-MISSING, LABEL-PRICE."""
        statuses = {problem.status for problem in refused.problems}
        return 422 in statuses or (404 in statuses and self.policies.label_order_missing == "refuse")

    # What is made and shown

    def ship(self, order: Document, parcels: list[Document], mime_type: str, dpi: int) -> Shipment:
        """Store a shipment of an order with its label, and leave the order as it is. Rule: LABEL-STORED."""
        first, now = self.store.next_parcel(), self.rules.clock.now()
        integration, order_id = key_of(order)
        shipment = Shipment(0, integration, order_id, order["order_number"], first, len(parcels), mime_type, b"", now)
        label = draw_label(mime_type, dpi, [list(label_lines(shipment, parcel)) for parcel in shipment.parcel_ids])
        return self.store.add_shipment(replace(shipment, label=label))

    def ship_with(self, body: Document, order: Document) -> Document:
        """Return the shipping option: that of the request, or of the order. Rule: LABEL-CREATE."""
        stored = (order.get("shipping_details") or {}).get("ship_with")
        chosen: Document = body.get("ship_with") or stored or USUAL_OPTION
        return chosen

    def present_label(self, shipment: Shipment, ship_with: Document, dpi: int, labels_url: str) -> Document:
        """Return a shipment with its label. Rules: LABEL-CREATE, LABEL-FORM, LABEL-DATA."""
        label = {"file": b64encode(shipment.label).decode(), "mime_type": shipment.mime_type, "dpi": dpi}
        fields = ("label_details", "label") if self.policies.label_field == "both" else (self.policies.label_field,)
        document = {
            "shipment_id": str(shipment.id),
            "parcel_id": shipment.first_parcel,
            "order_id": shipment.order_id,
            "order_number": shipment.order_number,
            "ship_with": ship_with,
            **dict.fromkeys(fields, label),
            "documents": [
                {"type": "label", "document_type": "label", "size": "a6", "link": f"{labels_url}/{shipment.id}"}
            ],
            "tracking_number": shipment.tracking_number,
            "tracking_url": f"https://tracking.example.com/{shipment.tracking_number}",
        }
        return present_object(shape("Shipment"), document, self.policies)

    def present_shipment(self, shipment: Shipment, ship_with: Document) -> Document:
        """Return the identifiers of a shipment. Rules: LABELS-CREATE, LABELS-PARCELS."""
        parcels = {"parcel_id": shipment.first_parcel, "parcels_ids": shipment.parcel_ids}
        document = {
            "shipment_id": str(shipment.id),
            "order_id": shipment.order_id,
            "order_number": shipment.order_number,
            "ship_with": ship_with,
            **{name: parcels[name] for name in parcels if self.policies.label_parcels in (name, "both")},
        }
        return present_object(shape("ShipmentReference"), document, self.policies)

    def outcome(self, shipped: list[Document], found: Iterable[Problem]) -> Document:
        """Return what was shipped and what is wrong with the others. Rule: LABELS-PARTIAL."""
        problems_found = tuple(found)
        note_problems(problems_found)
        errors = [problem.document() for problem in problems_found]
        document: Document = {}
        if shipped:
            document["data"] = shipped if self.policies.row_order == "request" else shipped[::-1]
        if errors:
            document["errors"] = errors if self.policies.error_order == "found" else errors[::-1]
        return present_object(shape("LabelsResult"), document, self.policies)


def in_words_of_one_label(problem: Problem) -> Problem:
    """Word a problem as the operation for one label does. Rule: LABEL-BODY."""
    return replace(problem, title="Invalid", detail=f"{problem.detail}.")


def at_order(position: int, problem: Problem) -> Problem:
    """Point at the order that has a problem. Rules: LABELS-PARTIAL, ERROR-POINTER."""
    return replace(problem, source={"pointer": problems.update_pointer("orders", f"[{position}]")})


def label_lines(shipment: Shipment, parcel: int) -> Iterator[str]:
    """Return what the label of a parcel says. Rule: LABEL-FORM."""
    yield "Sandbox: not a label"
    yield f"Order {shipment.order_id}"
    yield f"Number {shipment.order_number}"
    yield f"{shipment.tracking_number}"
    yield f"Parcel {parcel}"


def has_negative_price(order: Document) -> bool:
    """Tell whether an item of an order has a price below zero. Rule: LABEL-PRICE."""
    prices = (
        item.get(name) or {} for item in order["order_details"]["order_items"] for name in ("unit_price", "total_price")
    )
    return any(Decimal(str(price.get("value") or 0)) < 0 for price in prices)


def has_unknown_item(order: Document, parcels: Iterable[Document]) -> bool:
    """Tell whether a parcel has an item that its order lacks. Rule: LABELS-PARCELS."""
    known = {item.get("item_id") for item in order["order_details"]["order_items"]}
    return any(item["item_id"] not in known for parcel in parcels for item in parcel.get("parcel_items", ()))
