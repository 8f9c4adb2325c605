"""Word each refusal as the service does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a response. Rule: ERROR-ENVELOPE.

    rule: id of the ledger's row that it keeps, for people who look into the sandbox; it does not go out on the wire.
    """

    status: int
    code: str
    detail: str
    title: str | None = None
    source: Mapping[str, str] = field(default_factory=dict)
    status_type: type[str] | type[int] = str
    rule: str = ""

    def document(self) -> dict[str, Any]:
        """Return the error as an entry of `errors`, where `status` is a string, or a number for integrations."""
        status = self.status_type(self.status)
        document: dict[str, Any] = {"status": status, "code": self.code, "detail": self.detail}
        if self.title:
            document["title"] = self.title
        if self.source:
            document["source"] = dict(self.source)
        return document


class RefusedError(Exception):
    """A refused request, with all problems found in it. Rule: ERROR-TOGETHER."""

    def __init__(self, *problems: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*problems)
        self.problems: Sequence[Problem] = problems
        self.headers: Mapping[str, str] = headers or {}

    @property
    def status(self) -> int:
        """The HTTP status of the response, which is that of the first problem."""
        return self.problems[0].status


def order_pointer(position: int, *path: str | int) -> str:
    """Point at a field of one order of a batch. Rule: ERROR-POINTER."""
    return "/".join(["/data/attributes", f"[{position}]", *map(str, path)])


def update_pointer(*path: str | int) -> str:
    """Point at a field of the one order of a PATCH. Rule: ERROR-POINTER."""
    return "/".join(["/data/attributes", *map(str, path)])


def invalid(detail: str, pointer: str, code: str = "invalid", rule: str = "") -> Problem:
    """Refuse a value at a place in the body."""
    return Problem(400, code, detail, source={"pointer": pointer}, rule=rule)


def not_a_list() -> Problem:
    """Refuse a batch that is not a list of objects. Rule: UPSERT-LIST."""
    return Problem(
        400, "non_field_errors", "Wrong request format, expected list of objects", "Wrong format", rule="UPSERT-LIST"
    )


def batch_too_large(size: int) -> Problem:
    """Refuse a batch of too many orders. Rule: UPSERT-LIMIT."""
    detail = f"Orders list should have at most {BATCH_LIMIT} items, not {size}"
    return invalid(detail, "/data/attributes/", rule="UPSERT-LIMIT")


def batch_empty() -> Problem:
    """Refuse a batch of no orders; undocumented. Rule: UPSERT-LIST."""
    return invalid("Orders list should have at least 1 item, not 0", "/data/attributes/", rule="UPSERT-LIST")


def unknown_integration(integration: int, pointer: str) -> Problem:
    """Refuse an integration that the account does not have. Rule: UPSERT-ACCOUNT."""
    return invalid(f"Integration with id {integration} does not exist", pointer, rule="UPSERT-ACCOUNT")


def order_id_fixed(order_id: str, pointer: str) -> Problem:
    """Refuse another `order_id` for a stored order. Rule: UPSERT-IMMUTABLE."""
    return invalid(f"Order id {order_id} cannot be changed", pointer, rule="UPSERT-IMMUTABLE")


def integration_fixed(pointer: str) -> Problem:
    """Refuse to move a stored order to another integration; undocumented. Rule: PATCH-IMMUTABLE."""
    return invalid("Integration of an order cannot be changed", pointer, rule="PATCH-IMMUTABLE")


def unknown_order(order: str, pointer: str) -> Problem:
    """Refuse an `id` in an upsert that names no order; undocumented. Rule: UPSERT-ID."""
    return invalid(f"Order with id {order} does not exist", pointer, rule="UPSERT-ID")


def key_twice(pointer: str) -> Problem:
    """Refuse a key that occurs twice in one batch; undocumented. Rule: UPSERT-KEY-TWICE."""
    return invalid("Order id occurs more than once for this integration", pointer, rule="UPSERT-KEY-TWICE")


def conflict() -> Problem:
    """Refuse a batch while an earlier request is being processed. Rule: UPSERT-CONFLICT."""
    return invalid(
        "We are still processing a previous request. Please try again in a moment.", "/data", rule="UPSERT-CONFLICT"
    )


def unknown_item() -> Problem:
    """Refuse an item name that the order does not hold. Rule: PATCH-ITEM-MISSING."""
    source = {"pointer": "order/order_details/order_items"}
    return Problem(400, "invalid", "Could not find specified item.", "Invalid", source, rule="PATCH-ITEM-MISSING")


def path_invalid() -> Problem:
    """Refuse a path whose id is not a number. Rule: GET-MISSING."""
    return Problem(400, "invalid", "Input should be a valid integer", rule="GET-MISSING")


def order_missing() -> Problem:
    """Answer a GET or DELETE of an order that is not there. Rule: GET-MISSING."""
    return Problem(
        404, "not_found", "The order could not be found with the search criteria given", "Not found", rule="GET-MISSING"
    )


def update_missing() -> Problem:
    """Answer a PATCH of an order that is not there. Rule: PATCH-MISSING."""
    return Problem(404, "not_found", "Could not find specified item.", "Not found", rule="PATCH-MISSING")


def nothing_to_ship() -> Problem:
    """Answer a request for the label of an order that is not there, or not yet. Rule: LABEL-MISSING."""
    return replace(page_missing(), rule="LABEL-MISSING")


def no_shipping_address() -> Problem:
    """Refuse to ship an order that says not whereto. Rule: LABELS-ADDRESS."""
    return not_shippable("The order has no valid shipping address.", "LABELS-ADDRESS")


def not_shippable(detail: str, rule: str = "") -> Problem:
    """Refuse to ship an order as it is."""
    return Problem(400, "validation_error", detail, "Invalid order", rule=rule)


def unknown_sender() -> Problem:
    """Refuse a sender's address that the account does not have. Rule: LABELS-SENDER."""
    source = {"pointer": update_pointer("sender_address_id")}
    return Problem(404, "invalid", "Does not exist.", source=source, rule="LABELS-SENDER")


def integration_missing() -> Problem:
    """Answer a GET of an integration that is not there, with a numeric status. Rule: INTEGRATION-MISSING."""
    detail = "The Integration could not be found with the search criteria given"
    return Problem(404, "not_found", detail, "Not Found", status_type=int, rule="INTEGRATION-MISSING")


def page_missing() -> Problem:
    """Answer a request for a path that is not served. Rule: ERROR-EDGE."""
    return Problem(404, "not_found", "The page you have requested could not be found.", "Not found", rule="ERROR-EDGE")


def invalid_cursor() -> Problem:
    """Refuse a cursor that the sandbox did not issue. Rule: LIST-CURSOR-INVALID."""
    return Problem(404, "not_found", "Invalid cursor", "Invalid cursor", rule="LIST-CURSOR-INVALID")


def invalid_choice(choice: str, parameter: str) -> Problem:
    """Refuse a filter for an integration that the account does not have. Rule: LIST-INTEGRATION-UNKNOWN."""
    detail = f"Select a valid choice. {choice} is not one of the available choices."
    return Problem(
        400, "invalid_choice", detail, "Invalid Choice", {"parameter": parameter}, rule="LIST-INTEGRATION-UNKNOWN"
    )


def invalid_parameter(detail: str, parameter: str, rule: str = "") -> Problem:
    """Refuse a query value; wording undocumented."""
    return Problem(400, "invalid", detail, source={"parameter": parameter}, rule=rule)


def invalid_partner() -> Problem:
    """Refuse a partner id that is malformed or unknown; wording undocumented. Rule: UPSERT-PARTNER."""
    return Problem(
        400, "invalid", "Partner id is not valid", source={"header": "Sendcloud-Partner-Id"}, rule="UPSERT-PARTNER"
    )


def malformed_json() -> Problem:
    """Refuse a body that is not JSON; wording undocumented."""
    return invalid("JSON parse error", "/data", "parse_error")


def body_too_large(limit: int) -> Problem:
    """Refuse a body of too many bytes; wording undocumented. Rule: ERROR-EDGE."""
    return Problem(413, "payload_too_large", f"Request body should have at most {limit} bytes.", rule="ERROR-EDGE")


def unsupported_media_type(media_type: str) -> Problem:
    """Refuse a body of another media type; wording undocumented. Rule: ERROR-EDGE."""
    detail = f'Unsupported media type "{media_type}" in request.'
    return Problem(415, "unsupported_media_type", detail, source={"pointer": "/data"}, rule="ERROR-EDGE")


def method_not_allowed(method: str) -> Problem:
    """Refuse a method that the path does not serve; wording undocumented. Rule: ERROR-EDGE."""
    return Problem(
        405, "method_not_allowed", f'Method "{method}" not allowed.', source={"pointer": "/data"}, rule="ERROR-EDGE"
    )


def invalid_credentials() -> Problem:
    """Refuse a key, secret or token that is not known. Rule: AUTH-REFUSED."""
    return Problem(
        401, "authentication_failed", "Invalid username/password.", source={"pointer": "/data"}, rule="AUTH-REFUSED"
    )


def no_credentials() -> Problem:
    """Refuse a request without credentials. Rule: AUTH-REFUSED."""
    return Problem(
        401,
        "authentication_failed",
        "Authentication credentials were not provided.",
        "No credentials",
        rule="AUTH-REFUSED",
    )


def scope_missing() -> Problem:
    """Refuse a token that was not granted what the operation needs; wording undocumented. Rule: AUTH-OAUTH."""
    return Problem(
        403,
        "forbidden",
        "You do not have permission to perform this action.",
        source={"pointer": "/data"},
        rule="AUTH-OAUTH",
    )


def body_on_get() -> Problem:
    """Refuse a GET that carries a body; wording undocumented."""
    return Problem(403, "forbidden", "A GET request must not have a body.")


def throttled(seconds: int) -> Problem:
    """Refuse a request over the rate limit; wording undocumented. Rule: RATE-LIMIT."""
    detail = f"Request was throttled. Expected available in {seconds} seconds."
    return Problem(429, "throttled", detail, source={"pointer": "/data"}, rule="RATE-LIMIT")


def invalid_fault(detail: str) -> Problem:
    """Refuse a fault header that the sandbox does not understand."""
    return Problem(400, "invalid", detail, source={"header": "X-Sandbox-Fault"})


def invalid_control(detail: str) -> Problem:
    """Refuse a control request that the sandbox does not understand."""
    return Problem(400, "invalid", detail)


def foreign_origin(origin: str) -> Problem:
    """Refuse a control request that the page of another site makes."""
    return Problem(403, "forbidden", f"This is for the sandbox's own window, not for pages from elsewhere ({origin}).")


def foreign_host(host: str | None, known: str) -> Problem:
    """Refuse a name that the sandbox does not go by, against DNS rebinding."""
    detail = (
        f"The window and the control paths go by {known}, not by {host!r}: start the sandbox with --host-name for it."
    )
    return Problem(403, "forbidden", detail)
