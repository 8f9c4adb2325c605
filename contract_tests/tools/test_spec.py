"""The spec says all that the reference says, departs from it only where the ledger tells why, and its examples hold."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import schemas

SPEC = schemas.document()
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
LEDGER = (schemas.SPEC.parent / "LEDGER.md").read_text(encoding="utf-8")
# What is publicly known of each field: facts of the published reference, one row a field.
FIELDS = list(csv.DictReader((Path(__file__).parent / "reference_fields.csv").read_text(encoding="utf-8").splitlines()))
ROOTS = {
    "POST request item": "OrderInput",
    "GET response order": "Order",
    "PATCH request": "OrderUpdate",
    "error response": "ErrorResponse",
    "POST /orders/create-label-sync request": "LabelInput",
    "POST /orders/create-label-sync 201": "LabelResult",
    "POST /orders/create-labels-async request": "LabelsInput",
    "POST /orders/create-labels-async 202": "LabelsResult",
    "GET /integrations 200": "IntegrationList",
    "GET /integrations/{id} 200": "IntegrationResult",
}
OPERATIONS = {
    ("/orders", "post", "upsert_orders"),
    ("/orders", "get", "list_orders"),
    ("/orders/{id}", "get", "get_order"),
    ("/orders/{id}", "patch", "update_order"),
    ("/orders/{id}", "delete", "delete_order"),
    ("/orders/create-label-sync", "post", "create_label"),
    ("/orders/create-labels-async", "post", "create_labels"),
    ("/integrations", "get", "list_integrations"),
    ("/integrations/{id}", "get", "get_integration"),
}
LABEL = r"POST /orders/create-labels?-\w+"
COSTS = r"\.(discount_granted|(insurance|freight|other)_costs)\.value"
# Where the spec departs: rows of the reference, the attributes that differ, and the row of the ledger that says why.
DEPARTURES = [
    ("(POST|PATCH) .*currency", "enum", "currency of prices"),
    ("POST .*quantity", "minLength", "`quantity` of an item (upsert)"),
    (f"(POST|PATCH) .*{COSTS}", "pattern", "`value` of costs (request)"),
    ("(POST|PATCH) .*service_point_details.(carrier_service_point_)?id", "required", "`service_point_details`"),
    (r"POST .*(order_updated_at|notes|tags)", "nullable", "`order_updated_at`, `notes`, `tags` (upsert)"),
    ("POST .*image_url", "format", "`image_url`"),
    (r"(POST|PATCH) .*_address\.email", "format", "`email` of addresses (request)"),
    ("PATCH request id", "readOnly", "`id` of a PATCH body"),
    ("(POST|PATCH) .*tax_numbers.*", "minItems", "`minItems: 0`"),
    ("error response .*", "type|nullable|enum|format|minLength", "`errors`"),
    (r"GET .*volume\.value", "type", "`volume.value` (read)"),
    (r"GET .*", "nullable", "optional fields (read)"),
    (r"GET .*", "enum", "codes of dangerous goods, units, customs (read)"),
    (r"GET .*", "required|min.*|max.*|exclusiveMinimum|format", "required fields and bounds of addresses"),
    (f"{LABEL} request ship_with.*option_code", "required", "`ship_with` of a label (request)"),
    (f"{LABEL} request orders?.*order_(id|number)", "required", "`order_id`, `order_number` of a label (request)"),
    (f"{LABEL} 20[12] .*", "nullable|enum|required|min.*|format|readOnly|default", "answers with labels"),
    (f"{LABEL} 20[12] .*(shipment|parcel)_id", "type", "ids of shipments and parcels (read)"),
    (r"GET /integrations.*\.id", "type", "`id` (read)"),
    (rf"GET .*(price\.value|{COSTS})", "type|pattern", "`value` of costs and prices (read)"),
    ("GET response order (order_details.integration.)?id", "type|required", "`id` (read)"),
]


@dataclass(frozen=True)
class Node:
    """A field of the spec: its schema without the union with null, and what was around it."""

    schema: dict[str, Any]
    nullable: bool
    required: bool
    read_only: bool


def resolve(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Follow references and unions with null; tell whether null was among them."""
    if "$ref" in schema:
        return resolve(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    branches = [branch for branch in schema.get("oneOf", []) if branch.get("type") != "null"]
    if branches:
        return resolve(branches[0])[0], len(branches) < len(schema["oneOf"])
    types = schema.get("type", [])
    return schema, isinstance(types, list) and "null" in types


def find(root: str, path: str) -> Node:
    """Return the field at a dotted path; `[]` steps into a list. Raises `KeyError` when there is none."""
    schema, node = SCHEMAS[root], Node(SCHEMAS[root], False, True, False)
    for step in path.split("."):
        name = step.removesuffix("[]")
        if (root, name) == ("ErrorResponse", "errors"):
            schema = SCHEMAS["ApiError"]
            node = Node(schema, False, False, False)
            continue
        raw = schema["properties"][name]
        found, nullable = resolve(raw)
        node = Node(found, nullable, name in schema.get("required", ()), raw.get("readOnly", False))
        schema = resolve(found["items"])[0] if step.endswith("[]") else found
    return Node(schema, node.nullable, node.required, node.read_only) if path.endswith("[]") else node


def differences(row: dict[str, str], node: Node) -> set[str]:
    """Return the names of the attributes in which the spec differs from the reference."""
    types = node.schema.get("type", "")
    plain = {*([types] if isinstance(types, str) else types)} - {"null"}
    found = set()
    if row["type"] not in ("", "array|object") and plain != {row["type"]}:
        found.add("type")
    if row["enum"] and set(row["enum"].split()) != {str(code) for code in node.schema.get("enum", [])}:
        found.add("enum")
    if row["format"] and row["format"] != node.schema.get("format"):
        found.add("format")
    for constraint in row["constraints"].split():
        name, value = constraint.split("=", 1)
        if str(node.schema.get(name)) != value:
            found.add(name)
    if not row["path"].endswith("[]"):
        found |= {"required"} if (row["required"] == "yes") != node.required else set()
        found |= {"nullable"} if (row["nullable"] == "yes") != node.nullable else set()
        found |= {"readOnly"} if (row["readOnly"] == "yes") and not node.read_only else set()
    return found


def departures(where: str, names: set[str]) -> set[str]:
    """Return those of the names for which no departure is declared."""
    return {
        name
        for name in names
        if not any(re.fullmatch(rows, where) and re.fullmatch(attributes, name) for rows, attributes, _ in DEPARTURES)
    }


ROWS = [
    row
    for row in FIELDS
    if row["path"] != "(root)" and row["context"] in ROOTS and row["path"][-2:] not in ("0>", "1>")
]
PARAMETERS = [row for row in FIELDS if row["context"] not in ROOTS]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['context']} {row['path']}" for row in ROWS])
def test_each_field_of_the_reference_is_there_as_it_is_or_departs_for_a_reason(row: dict[str, str]) -> None:
    path = re.sub("<.*?>", "", row["path"])
    node = find(ROOTS[row["context"]], path)
    assert departures(f"{row['context']} {path}", differences(row, node)) == set()


@pytest.mark.parametrize("row", PARAMETERS, ids=[f"{row['context']} {row['path']}" for row in PARAMETERS])
def test_each_parameter_of_the_reference_is_there(row: dict[str, str]) -> None:
    method, path, place = row["context"].split()
    item = SPEC["paths"][path]
    known = SPEC["components"]["parameters"]
    named = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
    found = [known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in named]
    [schema] = [one["schema"] for one in found if (one["in"], one["name"]) == (place, row["path"])]
    assert resolve(schema)[0]["type"] == row["type"]


@pytest.mark.parametrize(("rows", "attributes", "title"), DEPARTURES)
def test_each_departure_is_told_in_the_ledger_and_still_occurs(rows: str, attributes: str, title: str) -> None:
    assert f"| {title}" in LEDGER
    assert any(
        re.fullmatch(attributes, name)
        for row in ROWS
        if re.fullmatch(rows, f"{row['context']} {re.sub('<.*?>', '', row['path'])}")
        for name in differences(row, find(ROOTS[row["context"]], re.sub("<.*?>", "", row["path"])))
    )


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def media() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each body of the spec, sent or answered, with a name for it."""
    for _, _, operation in operations():
        if "requestBody" in operation:
            yield f"{operation['operationId']} request", operation["requestBody"]["content"]["application/json"]
        for status, response in operation["responses"].items():
            if "$ref" in response:
                response = SPEC["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
            if "content" in response:
                yield f"{operation['operationId']} {status}", response["content"]["application/json"]


EXAMPLES = [
    pytest.param(body["schema"]["$ref"].rsplit("/", 1)[1], reference["$ref"].rsplit("/", 1)[1], id=f"{where} {name}")
    for where, body in media()
    for name, reference in body["examples"].items()
]


@pytest.mark.parametrize(("schema", "example"), EXAMPLES)
def test_each_example_is_valid(schema: str, example: str) -> None:
    assert schemas.faults(schema, SPEC["components"]["examples"][example]["value"]) == []


def test_each_example_is_used() -> None:
    used = {str(parameter.values[1]) for parameter in EXAMPLES}
    assert used == set(SPEC["components"]["examples"])


def test_there_are_the_nine_operations() -> None:
    assert {(path, method, operation["operationId"]) for path, method, operation in operations()} == OPERATIONS


@pytest.mark.rule("UPSERT-LIST", "UPSERT-LIMIT")
def test_a_batch_is_a_list_of_1_to_100_orders() -> None:
    batch = SCHEMAS["OrderBatch"]
    assert (batch["type"], batch["minItems"], batch["maxItems"]) == ("array", 1, 100)


@pytest.mark.rule("UPSERT-ID")
@pytest.mark.parametrize(("id_", "valid"), [("669", True), (669, False), ("", False), ("66x", False), (None, False)])
def test_the_id_of_a_request_is_a_string_of_digits(id_: object, valid: bool) -> None:
    [order] = SPEC["components"]["examples"]["MinimalOrder"]["value"]
    assert (schemas.faults("OrderInput", {**order, "id": id_}) == []) is valid


@pytest.mark.parametrize("schema", ["OrderInput", "OrderUpdate"])
def test_the_times_that_only_the_service_sets_may_be_sent_back(schema: str) -> None:
    [order] = SPEC["components"]["examples"]["MinimalOrder"]["value"]
    times = dict.fromkeys(["created_at", "modified_at"], "2026-11-02T08:30:01.123456+00:00")
    assert schemas.faults(schema, order | times) == []
    assert all(SCHEMAS[schema]["properties"][name]["readOnly"] for name in times)


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize(
    ("point", "valid"),
    [
        ({"id": "1"}, True),
        ({"carrier_service_point_id": "1"}, True),
        ({"id": "1", "carrier_service_point_id": "1"}, False),
        ({}, False),
        ({"post_number": "1"}, False),
    ],
)
def test_a_service_point_has_exactly_one_id(point: dict[str, str], valid: bool) -> None:
    assert (schemas.faults("ServicePointInput", point) == []) is valid


def test_requests_are_closed_and_answers_are_open() -> None:
    sent = {name for name in SCHEMAS if name.endswith(("Input", "Update"))}
    closed = {name for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is False}
    assert closed == sent


def test_the_list_has_the_thirteen_query_parameters() -> None:
    names = [parameter["name"] for parameter in SPEC["paths"]["/orders"]["get"]["parameters"]]
    dates = [f"order_{what}_at{bound}" for what in ("created", "updated") for bound in ("", "_min", "_max")]
    others = ["integration", "order_number", "order_id", "status", "sort", "page_size", "cursor"]
    assert sorted(names) == sorted([*others, *dates])


def parameter(name: str) -> dict[str, Any]:
    [found] = [one for one in SPEC["paths"]["/orders"]["get"]["parameters"] if one["name"] == name]
    schema: dict[str, Any] = found["schema"]
    return schema


REQUIRED_OF_ANSWERS = {
    # The adapters can do nothing without these.
    **{name: ["data"] for name in ("UpsertResult", "UpdateResult", "OrderPage", "OrderResult")},
    **{name: ["data"] for name in ("LabelResult", "IntegrationList", "IntegrationResult")},
    "OrderReference": ["id"],
    "ShopIntegration": ["id"],
    # The reference requires these of every order that is stored, the id apart, and of every error.
    "Order": ["id", "order_id", "order_number", "order_details", "payment_details"],
    "Integration": ["id"],
    "OrderDetails": ["integration", "status", "order_created_at", "order_items"],
    "OrderItem": ["name", "quantity", "total_price"],
    "PaymentDetails": ["total_price", "status"],
    "Status": ["code"],
    "ApiError": ["status", "code", "detail"],
}


@pytest.mark.rule("READ-REQUIRED")
def test_an_answer_has_to_hold_no_more_than_somebody_needs() -> None:
    read = {name: schema for name, schema in SCHEMAS.items() if schema.get("additionalProperties") is not False}
    assert {name: schema["required"] for name, schema in read.items() if "required" in schema} == REQUIRED_OF_ANSWERS


@pytest.mark.rule("READ-REQUIRED")
@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row["context"] in ("GET response order", "error response")],
    ids=lambda row: row["path"],
)
def test_no_answer_has_to_hold_what_the_reference_does_not_require(row: dict[str, str]) -> None:
    path = re.sub("<.*?>", "", row["path"])
    required = not path.endswith("[]") and find(ROOTS[row["context"]], path).required
    assert not required or row["required"] == "yes" or path == "id"


@pytest.mark.rule("LIST-EMPTY-FILTER")
@pytest.mark.parametrize("name", ["cursor", "order_id", "order_number", "status"])
def test_a_text_to_filter_by_is_not_empty(name: str) -> None:
    assert parameter(name) == {"type": "string", "minLength": 1}


@pytest.mark.rule("LIST-SORT")
def test_a_list_is_sorted_by_known_keys_and_newest_first_without_any() -> None:
    keys = ("integration", "order_number", "order_created_at", "order_updated_at", "pk")
    assert set(SCHEMAS["SortKey"]["enum"]) == {sign + key for key in keys for sign in ("", "-")}
    assert parameter("sort")["items"] == {"$ref": "#/components/schemas/SortKey"}
    assert parameter("sort")["default"] == ["-pk"]


def test_each_operation_asks_for_either_kind_of_credentials_and_tells_its_refusals() -> None:
    for _, _, operation in operations():
        assert [list(scheme) for scheme in operation["security"]] == [["basicAuth"], ["oauth2"]]
        assert {"400", "401", "403", "429", "5XX"} <= set(operation["responses"]), operation["operationId"]


def test_links_lead_from_the_upsert_and_the_list_to_one_order() -> None:
    for method, status in (("post", "201"), ("get", "200")):
        links = SPEC["paths"]["/orders"][method]["responses"][status]["links"].values()
        assert {link["operationId"] for link in links} == {"get_order", "update_order", "delete_order"}


def test_no_defect_of_the_reference_was_copied() -> None:
    def walk(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            yield node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for node in walk({"paths": SPEC["paths"], "schemas": SCHEMAS}):
        assert "nullable" not in node, node
        assert not ("minLength" in node and node.get("type") == "integer"), node
        assert not ("$ref" in node and len(node) > 1), node
    for _, _, operation in operations():
        assert operation.get("requestBody", {"required": True})["required"] is True
