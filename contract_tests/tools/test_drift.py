"""Drift: one change is one finding wherever it is made, style is none, and everything known is explained."""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import schemas
from spec_diff.__main__ import main
from spec_diff.comparing import compare
from spec_diff.documents import Document, DocumentError, load, parse
from spec_diff.drift import Drift, as_json, find_drift, is_own
from spec_diff.examples import try_examples
from spec_diff.explaining import Entry, entries, rows_of_the_ledger
from spec_diff.findings import findings
from spec_diff.operations import operations
from tools import reconstruction
from tools.spec_edits import REWRITINGS, Content, Rewriting, at, edits, walk

OURS = load(str(schemas.SPEC))
EVERYTHING = [pointer for pointer, _ in walk("#/paths", OURS.content["paths"]) if pointer != "#/paths"]
EVERYTHING += [
    pointer
    for pointer, _ in walk("#/components", OURS.content["components"])
    if pointer.startswith("#/components/schemas/")
]
EDITS = {name: (name, text, edit) for name, text, edit in edits(OURS)}
BRIEF = settings(max_examples=min(25, settings().max_examples), suppress_health_check=[HealthCheck.too_slow])


def changed(*changes: Callable[[Content], object]) -> Document:
    """Return a copy of our document with these changes."""
    content = copy.deepcopy(OURS.content)
    for change in changes:
        change(content)
    return Document("the copy", content)


def told(other: Document, ours: Document = OURS) -> list[str]:
    return [str(one) for one in findings(compare(ours, other))]


def drift(published: Document, known: list[Entry] | None = None) -> Drift:
    return find_drift(OURS, published, entries() if known is None else known)


def schema_of(content: Content, name: str) -> dict[str, Any]:
    found: dict[str, Any] = content["components"]["schemas"][name]
    return found


# ---------------------------------------------------------------- one change, one finding


def test_our_own_document_has_not_drifted_from_itself() -> None:
    found = drift(load(str(schemas.SPEC)))
    assert found.found == 0
    assert found.explained.by_entry == ()


@BRIEF
@given(edit=st.sampled_from(sorted(EDITS)))
@example(edit="status renamed #/paths/~1orders/post/responses/201")
@example(edit="operation removed #/paths/~1orders~1{id}/delete")
@example(edit="field removed #/components/schemas/AddressInput city")
@example(edit="retyped #/components/schemas/ErrorResponse errors")
@example(edit="nullable #/components/schemas/PaymentDetails total_price")
def test_each_single_change_is_one_finding_that_names_its_place(edit: str) -> None:
    _, text, change = EDITS[edit]
    [finding] = told(changed(change))
    assert text in finding


@BRIEF
@given(edit=st.sampled_from(sorted(EDITS)), rewriting=st.sampled_from(REWRITINGS), data=st.data())
def test_a_change_is_one_finding_in_whatever_style_the_document_is_written(
    edit: str, rewriting: Rewriting, data: st.DataObject
) -> None:
    content = rewriting(changed(EDITS[edit][2]).content, data.draw)
    assert len(told(Document("the copy", content))) == 1


@pytest.mark.parametrize("rewriting", REWRITINGS, ids=lambda rewriting: rewriting.__name__)
@settings(parent=BRIEF, max_examples=3)
@given(data=st.data())
def test_style_is_no_finding(rewriting: Rewriting, data: st.DataObject) -> None:
    content = rewriting(OURS.content, data.draw)
    assert content != OURS.content
    assert told(Document("the copy", content)) == []
    assert told(OURS, Document("the copy", content)) == []


TWELVE: dict[str, Callable[[Content], object]] = {
    "field added: string": lambda c: schema_of(c, "OrderItem")["properties"].update(taric={"type": "string"}),
    "field removed: string": lambda c: schema_of(c, "AddressInput")["properties"].pop("po_box"),
    "type: integer → string": lambda c: schema_of(c, "OrderItemInput")["properties"].update(
        quantity={"type": "string"}
    ),
    "required: optional → required": lambda c: schema_of(c, "StatusInput")["required"].append("message"),
    "nullable: not said → null": lambda c: schema_of(c, "PriceInput").update(type=["object", "null"]),
    'enum value added: "st"': lambda c: schema_of(c, "WeightUnit")["enum"].append("st"),
    'enum value removed: "oz"': lambda c: schema_of(c, "WeightUnit")["enum"].remove("oz"),
    "maxItems: 100 → 50": lambda c: schema_of(c, "OrderBatch").update(maxItems=50),
    "parameter added: string": lambda c: c["paths"]["/orders"]["get"]["parameters"].append(
        {"name": "search", "in": "query", "schema": {"type": "string"}}
    ),
    "default: 100 → 20": lambda c: next(
        one["schema"] for one in c["paths"]["/orders"]["get"]["parameters"] if one["name"] == "page_size"
    ).update(default=20),
    "status changed: 201 → 200": lambda c: c["paths"]["/orders"]["post"]["responses"].update(
        {"200": c["paths"]["/orders"]["post"]["responses"].pop("201")}
    ),
    "operation removed": lambda c: c["paths"]["/orders/{id}"].pop("delete"),
}


def reworded(content: Content) -> None:
    schema_of(content, "Order")["description"] = "Said in other words."


def test_twelve_changes_are_twelve_findings_and_another_wording_is_none() -> None:
    found = drift(changed(*TWELVE.values(), reworded))
    assert sorted(one.change for one in found.findings) == sorted(TWELVE)
    assert found.explained.stale == ()
    assert drift(changed(reworded)).found == 0


def test_one_change_of_a_shared_schema_names_every_operation_in_which_it_shows() -> None:
    [finding] = findings(compare(OURS, changed(TWELVE["field added: string"])))
    assert finding.operations == ("GET /orders", "GET /orders/{id}")
    assert finding.where == "200 data[].order_details.order_items[].taric (and 1 more)"


def test_two_changes_of_one_kind_in_two_places_are_two_findings() -> None:
    def nullable(name: str) -> Callable[[Content], object]:
        union = {"oneOf": [{"$ref": "#/components/schemas/PriceInput"}, {"type": "null"}]}
        return lambda content: schema_of(content, "PaymentDetailsInput")["properties"].update({name: union})

    assert len(told(changed(nullable("total_price"), nullable("subtotal_price")))) == 2


def test_two_fields_removed_from_one_schema_are_two_findings() -> None:
    def remove(content: Content) -> None:
        for name in ("company_name", "po_box"):
            del schema_of(content, "Address")["properties"][name]

    assert len(told(changed(remove))) == 2


def test_a_schema_that_refers_to_itself_is_compared_and_does_not_hang() -> None:
    reference = {"$ref": "#/components/schemas/Node"}

    def nested(extra: dict[str, Any], inline: bool) -> Document:
        node = {"type": "object", "properties": {"next": {"oneOf": [reference, {"type": "null"}]}, **extra}}

        def change(content: Content) -> None:
            content["components"]["schemas"]["Node"] = node
            schema_of(content, "Order")["properties"]["node"] = node if inline else reference

        return changed(change)

    assert told(nested({}, True), nested({}, False)) == []
    [finding] = told(nested({"x": {"type": "string"}}, False), nested({}, False))
    assert "x (and 3 more): field added" in finding
    itself = {"allOf": [{"$ref": "#/components/schemas/Currency"}]}
    assert told(changed(lambda content: schema_of(content, "Currency").update(itself))) == []


# ---------------------------------------------------------------- which operations are compared


def test_operations_that_are_not_ours_do_not_count_and_another_one_on_orders_does() -> None:
    def add(path: str) -> Callable[[Content], object]:
        answer = {"responses": {"200": {"description": ""}}}
        return lambda content: content["paths"].update({path: {"get": answer}})

    assert told(changed(add("/parcels"), add("/orders-export"), add("/v2/orders"))) == []
    assert told(changed(add("/orders/{id}/notes"))) == ["GET /orders/{id}/notes: operation added"]


@pytest.mark.parametrize(
    ("server", "prefix"),
    [
        ("https://panel.example/api/v3", ""),
        ("https://panel.example", "/api/v3"),
        ("https://panel.example/api", "/v3"),
        ("/api/v3/", "/api/v3"),
        ("https://panel.example/{version}", ""),
    ],
)
def test_prefixes_of_server_and_path_do_not_count(server: str, prefix: str) -> None:
    def change(content: Content) -> None:
        content["servers"] = [{"url": server, "variables": {"version": {"default": "v3"}}}]
        content["paths"] = {f"{prefix}{path}": item for path, item in content["paths"].items()}

    assert told(changed(change)) == []


def test_a_document_without_operations_on_orders_is_not_compared() -> None:
    with pytest.raises(DocumentError, match="no operation on /orders"):
        drift(changed(lambda content: content.update(paths={"/parcels": {}})))


# ---------------------------------------------------------------- what explains


def vendors_document() -> Document:
    return reconstruction.document()


def test_a_version_of_our_own_is_known_by_its_title_or_by_its_operations() -> None:
    named = copy.deepcopy(OURS.content)
    for path in named["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("operationId", None)
    called = copy.deepcopy(OURS.content)
    called["info"]["title"] = "Somebody's copy"
    assert is_own(OURS, Document("named", named))
    assert is_own(OURS, Document("called", called))
    named["info"]["title"] = "Somebody else's orders"
    assert not is_own(OURS, Document("neither", named))


def test_every_difference_from_what_is_known_of_the_reference_is_explained_and_every_entry_explains() -> None:
    found = drift(vendors_document())
    assert not is_own(OURS, vendors_document())
    assert [str(one) for one in found.findings] == []
    assert [str(entry) for entry in found.explained.stale] == []


def test_each_entry_that_explains_sometimes_does_so_for_some_version() -> None:
    def other_version(content: Content) -> None:
        orders = content["paths"]["/orders"]
        del content["paths"]["/integrations"]
        content["paths"]["/integrations/{id}"]["patch"] = {"responses": {}}
        del orders["post"]["requestBody"]["content"]["application/json"]["schema"]["maxItems"]
        for parameter in [*orders["get"]["parameters"], *orders["post"]["parameters"]]:
            parameter["schema"].pop("format", None)
        sent = orders["post"]["requestBody"]["content"]["application/json"]["schema"]["items"]
        del sent["properties"]["order_details"]["properties"]["order_items"]["items"]["properties"]["taric_code"]
        answer = orders["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer["properties"]["data"]["items"]["required"].remove("order_id")

    version = copy.deepcopy(vendors_document().content)
    other_version(version)
    found = drift(Document("another version", version))
    assert found.found == 0
    used = {str(entry) for _, entry in found.explained.by_entry}
    assert {str(entry) for entry in entries() if entry.sometimes} <= used


def test_a_document_of_the_orders_alone_has_not_drifted() -> None:
    version = copy.deepcopy(vendors_document().content)
    for path in ("/orders/create-label-sync", "/orders/create-labels-async", "/integrations", "/integrations/{id}"):
        del version["paths"][path]
    assert drift(Document("orders alone", version)).found == 0


@pytest.mark.parametrize("entry", entries(), ids=str)
def test_each_entry_names_a_row_of_the_ledger_and_gives_a_reason(entry: Entry) -> None:
    assert entry.ledger in rows_of_the_ledger()
    assert entry.reason.endswith(".")


def test_an_entry_that_explains_nothing_any_more_is_a_finding() -> None:
    stale = replace(entries()[0], where=replace(entries()[0].where, operation=("PUT *",)), sometimes=False)
    found = drift(vendors_document(), [*entries(), stale])
    assert found.explained.stale == (stale,)
    assert found.found == 1


def test_a_new_field_of_the_vendor_is_a_finding_in_each_kind_of_body() -> None:
    content = copy.deepcopy(vendors_document().content)
    for method, part in (("post", "requestBody"), ("get", "responses")):
        node = content["paths"]["/orders"][method][part]
        schema = (node["200"] if part == "responses" else node)["content"]["application/json"]["schema"]
        order = schema["items"] if method == "post" else schema["properties"]["data"]["items"]
        item = order["properties"]["order_details"]["properties"]["order_items"]["items"]
        item["properties"]["x_new"] = {"type": "string"}
    assert [str(one) for one in drift(Document("newer", content)).findings] == [
        "GET /orders: 200 data[].order_details.order_items[].x_new: field added: string",
        "POST /orders: request [].order_details.order_items[].x_new: field added: string",
    ]


# ---------------------------------------------------------------- examples


def with_example(method: str, path: str, value: Any, *, status: str = "", key: str = "example") -> Document:
    def change(content: Content) -> None:
        operation = content["paths"][path][method]
        body = operation["responses"][status] if status else operation["requestBody"]
        body["content"]["application/json"][key] = value

    return changed(change)


def example_of(name: str) -> Any:
    return copy.deepcopy(OURS.content["components"]["examples"][name]["value"])


def test_the_examples_of_our_own_document_are_neither_refused_nor_lost() -> None:
    assert try_examples(OURS, OURS) == []


@pytest.mark.parametrize("key", ["example", "examples"])
def test_an_example_that_our_check_refuses_is_a_finding(key: str) -> None:
    batch = example_of("MinimalOrder")
    batch[0]["order_details"]["order_items"][0]["quantity"] = 0
    value = {"Bad": {"value": batch}} if key == "examples" else batch
    [finding] = drift(with_example("post", "/orders", value, key=key)).findings
    assert finding.first.kind == "example refused"
    assert finding.where == "request [].order_details.order_items[].quantity"


def test_an_example_that_is_one_order_and_no_list_is_a_finding() -> None:
    [finding] = drift(with_example("post", "/orders", example_of("MinimalOrder")[0])).findings
    assert "list of orders" in str(finding)


LABEL_REQUESTS: dict[str, tuple[str, str, Callable[[Any], None], str]] = {
    "a name too long": (
        "/orders/create-label-sync",
        "LabelById",
        lambda body: body["order"].update(order_id="A" * 65),
        "request order.order_id",
    ),
    "no order at all": (
        "/orders/create-labels-async",
        "LabelsByIdAndNumber",
        lambda body: body.update(orders=[]),
        "request orders",
    ),
    "a parcel of nothing": (
        "/orders/create-labels-async",
        "LabelsOfSeveralParcels",
        lambda body: body["orders"][0]["parcels"][0]["parcel_items"][0].update(quantity="one"),
        "request orders[].parcels[].parcel_items[].quantity",
    ),
}


@pytest.mark.parametrize("case", LABEL_REQUESTS)
def test_an_example_of_a_label_request_that_our_check_refuses_is_a_finding(case: str) -> None:
    path, name, spoil, where = LABEL_REQUESTS[case]
    body = example_of(name)
    assert drift(with_example("post", path, body)).found == 0
    spoil(body)
    [finding] = drift(with_example("post", path, body)).findings
    assert (finding.first.kind, finding.where) == ("example refused", where)


def test_an_answer_that_our_models_cannot_read_is_a_finding() -> None:
    answer = example_of("SparseOrder")
    answer["data"]["order_details"]["order_items"] = "none"
    [finding] = drift(with_example("get", "/orders/{id}", answer, status="200")).findings
    assert (finding.first.kind, finding.where) == ("example refused", "200 data.order_details.order_items")


def test_what_a_model_drops_of_an_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from sendcloud_orders_api.api.orders import get_order

    read = get_order.parse_response

    def dropping(status_code: int, content: bytes) -> Any:
        document = json.loads(content)
        if "data" in document:
            document["data"].get("order_details", {}).pop("notes", None)
        return read(status_code, json.dumps(document).encode())

    monkeypatch.setattr(get_order, "parse_response", dropping)
    [finding] = findings(try_examples(OURS, OURS))
    assert (finding.first.kind, finding.where) == ("example lost", "200 data.order_details.notes")


def test_an_example_of_one_field_is_tried_without_the_rest_of_the_order() -> None:
    def with_property_example(schema: str, name: str, value: Any) -> Document:
        return changed(lambda content: schema_of(content, schema)["properties"][name].update(example=value))

    assert drift(with_property_example("AddressInput", "city", "Utrecht")).found == 0
    assert drift(with_property_example("Address", "city", "Utrecht")).found == 0
    [sent] = drift(with_property_example("AddressInput", "city", "")).findings
    assert {place.field for place in sent.places} == {"[].billing_address.city", "[].shipping_address.city"}
    [answered] = drift(with_property_example("OrderItem", "quantity", "many")).findings
    assert answered.first.kind == "example refused"


# ---------------------------------------------------------------- documents that cannot be compared


class Served(BaseHTTPRequestHandler):
    """Serves what the test puts here."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {}

    def do_GET(self) -> None:
        status, content = self.answers.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Served) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], upstream: str) -> tuple[int, str, str]:
    status = main(["drift", upstream, "--reports", str(tmp_path / "reports")])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


# A few lines that say of themselves that they are more than ten million values.
BOMB = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8))]).encode()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<!DOCTYPE html><html></html>", "is HTML"),
        (b"a: [1", "neither YAML nor JSON"),
        (b"a: &a [*a]", "nested too deeply"),
        (BOMB, "more than 2000000 values"),
        (b"just words", "no mapping"),
        (b"name: project", "no `openapi` version"),
        (b"swagger: '2.0'", "Swagger 2.0"),
        (b"openapi: 4.0.0", "says `openapi: 4.0.0`"),
        (b"openapi: 3.1.0", "no `paths`"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"openapi: 3.1.0\npaths: {/parcels: {}}", "no operation on /orders"),
        (b"openapi: 3.1.0\npaths: {/orders: {post: {requestBody: {$ref: '#/none'}}}}", "refers to nothing"),
        (b"openapi: 3.1.0\npaths: {/orders: {post: {requestBody: {$ref: 'other.yaml'}}}}", "another document"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line_and_a_status_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, complaint: str
) -> None:
    path = tmp_path / "upstream"
    path.write_bytes(content)
    status, out, err = run(tmp_path, capsys, str(path))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert complaint in err
    assert not (tmp_path / "reports" / "drift.json").exists()


BROKEN: tuple[Any, ...] = (
    None,
    5,
    "x",
    [],
    {},
    True,
    [None],
    {"$ref": 5},
    {"$ref": "#/nope"},
    {"type": ["array", 5]},
    {"required": [[]]},
)


@BRIEF
@given(pointer=st.sampled_from(EVERYTHING), value=st.sampled_from(BROKEN))
def test_a_broken_document_is_compared_or_refused_and_ends_nothing(pointer: str, value: Any) -> None:
    owner, _, last = pointer.rpartition("/")
    name = last.replace("~1", "/").replace("~0", "~")

    def break_(content: Content) -> None:
        place = at(content, owner)
        place[int(name) if isinstance(place, list) else name] = value

    with suppress(DocumentError):
        json.dumps(as_json(drift(changed(break_))))


def test_no_file_and_no_network_are_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for upstream, complaint in (
        (str(tmp_path / "none"), "No such file"),
        ("http://127.0.0.1:9/x", "cannot be reached"),
    ):
        status, _, err = run(tmp_path, capsys, upstream)
        assert (status, err.count("\n")) == (2, 1)
        assert complaint in err


def test_an_address_that_answers_with_an_error_is_told_with_its_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str
) -> None:
    status, _, err = run(tmp_path, capsys, f"{server}/none")
    assert status == 2
    assert "answered 404" in err


def test_a_document_is_read_from_an_address_and_findings_are_told_to_people_and_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Served.answers, "/same", (200, schemas.SPEC.read_bytes()))
    content = json.dumps(changed(TWELVE["maxItems: 100 → 50"]).content).encode()
    monkeypatch.setitem(Served.answers, "/changed", (200, content))
    assert run(tmp_path, capsys, f"{server}/same")[:2] == (0, "0 findings.\n")
    status, out, _ = run(tmp_path, capsys, f"{server}/changed")
    assert status == 1
    assert "maxItems: 100 → 50" in out
    report = json.loads((tmp_path / "reports" / "drift.json").read_text())
    assert report["found"] == 1
    assert report["findings"][0]["places"] == [{"operation": "POST /orders", "part": "request", "field": ""}]


def test_a_date_and_a_code_stay_texts_and_a_country_is_not_false() -> None:
    read = parse("x", b"openapi: 3.0.0\npaths: {}\nx: [2026-11-01, NO, 1e3, 0x10, 010, 1:30, true, ~]\n404: {}")
    assert read.content["x"] == ["2026-11-01", "NO", 1000.0, "0x10", "010", "1:30", True, None]
    assert "404" in read.content


def test_yaml_and_json_are_the_same_document() -> None:
    written = (yaml.safe_dump(OURS.content), json.dumps(OURS.content))
    assert [parse("x", text.encode()).content for text in written] == [OURS.content] * 2


def test_the_nine_operations_are_found() -> None:
    assert {one.name for one in operations(OURS).values()} == {
        "POST /orders",
        "GET /orders",
        "GET /orders/{id}",
        "PATCH /orders/{id}",
        "DELETE /orders/{id}",
        "POST /orders/create-label-sync",
        "POST /orders/create-labels-async",
        "GET /integrations",
        "GET /integrations/{id}",
    }
