"""One label: asked for once, and whatever comes back, never lost sight of."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from doubles.both_clients import Connect
from doubles.fake_service import (
    CONTENTS,
    COSTLY,
    FakeService,
    ScriptedFault,
    answer_with,
    carry_out_then,
    conflict,
    error,
    lost_after,
    throttled,
    unreachable,
)
from orders.factory import order
from sendcloud_orders import (
    Accepted,
    BadRequestError,
    CallableCredentials,
    ConflictError,
    InvalidRequest,
    Label,
    LabelMayExist,
    LabelNotSaved,
    LabelUnreadable,
    NotFoundError,
    OrderId,
    OrderKey,
    OrderNumber,
    PermissionDeniedError,
    RateLimitError,
    RetryPolicy,
    SendcloudError,
    SendcloudId,
    TransportError,
    UnknownAddressError,
)
from sendcloud_orders_api.models import Order, OrderInput

CarryOut = Callable[[], httpx.Response]
KEY = OrderKey(41, OrderId("A-1"))
PDF = CONTENTS["application/pdf"]


def holding(*faults: ScriptedFault | None, **fields: Any) -> FakeService:
    service = FakeService(faults)
    service.stored[KEY] = {**order("A-1", order_number="1001", **fields), "id": 1000}
    return service


def answering(body: Any, status: int = 201) -> FakeService:
    return holding(carry_out_then(lambda: httpx.Response(status, json=body)))


def data(**changes: Any) -> dict[str, Any]:
    return {
        "shipment_id": "7001",
        "parcel_id": 8010,
        "order_id": "A-1",
        "order_number": "1001",
        "label_details": {"file": base64.b64encode(PDF).decode(), "mime_type": "application/pdf", "dpi": 72},
    } | changes


# ---------------------------------------------------------------- what is sent, what comes back


@pytest.mark.rule("LABEL-CREATE")
def test_a_label_comes_with_its_bytes_and_all_that_was_told_of_it(connect: Connect) -> None:
    service = holding()
    label = connect(service).create_label(KEY)
    assert service.sent[0].json == {
        "integration_id": 41,
        "order": {"order_id": "A-1"},
        "label_details": {"mime_type": "application/pdf"},
    }
    assert (label.key, label.shipment_id, label.parcel_id, label.content) == (KEY, "7001", 8010, PDF)
    assert (label.mime_type, label.dpi, label.suffix, label.path) == ("application/pdf", None, ".pdf", None)
    assert (label.tracking_number, label.tracking_url) == ("INVENTED1", "https://tracking.example.com/INVENTED1")
    assert [one.document_type for one in label.documents] == ["label"]


WAYS: dict[str, Callable[[], Any]] = {
    "a key": lambda: KEY,
    "an accepted order": lambda: Accepted(0, KEY, SendcloudId(1000)),
    "a dict": lambda: order("A-1"),
    "a model": lambda: msgspec.convert(order("A-1"), OrderInput),
    "an order that was read": lambda: msgspec.convert({**order("A-1"), "id": 1000}, Order),
}


@pytest.mark.rule("LABEL-NAMED")
@pytest.mark.parametrize("way", WAYS)
def test_an_order_is_named_by_its_key_whatever_it_is_given_as(connect: Connect, way: str) -> None:
    service = holding()
    assert connect(service).create_label(WAYS[way]()).key == KEY
    assert service.sent[0].json["order"] == {"order_id": "A-1"}


@pytest.mark.rule("LABEL-NAMED")
def test_an_order_may_be_named_by_its_number(connect: Connect) -> None:
    service = holding()
    label = connect(service).create_label(OrderNumber(41, "1001"), apply_shipping_rules=True)
    assert label.key == OrderNumber(41, "1001")
    assert service.sent[0].json["order"] == {"order_number": "1001", "apply_shipping_rules": True}


@pytest.mark.rule("LABEL-FORM")
def test_all_that_can_be_chosen_is_sent(connect: Connect) -> None:
    service = holding()
    option = {"type": "shipping_option_code", "properties": {"shipping_option_code": "invented:s", "contract_id": 7}}
    label = connect(service).create_label(
        KEY, ship_with=option, sender_address_id=5, brand_id=1, mime_type="image/png", dpi=300
    )
    assert (label.mime_type, label.dpi, label.suffix) == ("image/png", 300, ".png")
    assert service.sent[0].json == {
        "integration_id": 41,
        "order": {"order_id": "A-1"},
        "ship_with": option,
        "sender_address_id": 5,
        "brand_id": 1,
        "label_details": {"mime_type": "image/png", "dpi": 300},
    }


def test_a_shipping_option_may_be_given_by_its_code(connect: Connect) -> None:
    service = holding()
    connect(service).create_label(KEY, ship_with="invented:standard")
    assert service.sent[0].json["ship_with"] == {
        "type": "shipping_option_code",
        "properties": {"shipping_option_code": "invented:standard"},
    }


MISTAKES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "a Sendcloud id": (669, {}, "OrderKey"),
    "a plain pair": ((41, "A-1"), {}, "OrderKey"),
    "nothing": (None, {}, "OrderKey"),
    "an order without a key": ({"order_id": "A"}, {}, "OrderKey"),
    "a long id": (OrderKey(41, OrderId("x" * 65)), {}, "from 1 to 64 characters, not 65.*OrderNumber"),
    "a long number": (OrderNumber(41, "x" * 256), {}, "from 1 to 255 characters, not 256"),
    "an empty id": (OrderKey(41, OrderId("")), {}, "from 1 to 64 characters, not 0"),
    "an id of another type": (OrderKey(41, 5), {}, "order_id should be a text"),  # type: ignore[arg-type]
    "no integration": (OrderKey(0, OrderId("A")), {}, "whole number"),
    "half a letter": (OrderKey(41, OrderId("\ud800")), {}, "order_id"),
    "a type of label": (KEY, {"mime_type": "application/pfd"}, "did you mean application/pdf"),
    "dots of a PDF": (KEY, {"dpi": 300}, "application/pdf has 72 dpi"),
    "dots of a PNG": (KEY, {"mime_type": "image/png", "dpi": 72}, "image/png has 150 or 300 dpi"),
    "dots as text": (KEY, {"dpi": "72"}, "dpi"),
    "a sender": (KEY, {"sender_address_id": "5"}, "sender_address_id"),
    "a brand": (KEY, {"brand_id": 0}, "brand_id"),
    "rules": (KEY, {"apply_shipping_rules": "yes"}, "apply_shipping_rules"),
    "an option": (KEY, {"ship_with": {"type": "code", "properties": {}}}, "ship_with.type"),
    "an option of another type": (KEY, {"ship_with": 5}, "ship_with"),
    "overwriting": (KEY, {"path": "x", "overwrite": "no"}, "overwrite"),
    "a path of bytes": (KEY, {"path": b"x"}, "path"),
    "an empty path": (KEY, {"path": ""}, "path"),
    "a path with a hole": (KEY, {"path": "a\0b"}, "path"),
    "a folder that there is not": (KEY, {"path": "/no/such/folder/label.pdf"}, "make it first"),
}


@pytest.mark.rule("LABEL-NAMED", "LABEL-FORM", "LABEL-FILE")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_cannot_be_asked_for_is_refused_before_it_costs_anything(connect: Connect, mistake: str) -> None:
    named, options, told = MISTAKES[mistake]
    service = holding()
    with pytest.raises(InvalidRequest, match=told):
        connect(service).create_label(named, **options)
    assert service.sent == []


# ---------------------------------------------------------------- never sent again


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("fault", COSTLY)
def test_after_an_answer_that_got_lost_the_label_is_not_asked_for_again(connect: Connect, fault: str) -> None:
    service = holding(COSTLY[fault])
    with pytest.raises(LabelMayExist, match="Before you do, look for a shipment") as caught:
        connect(service).create_label(KEY)
    assert len(service.sent) == 1
    assert caught.value.key == KEY
    assert isinstance(caught.value.__cause__, SendcloudError)
    assert "A-1" in str(pickle.loads(pickle.dumps(caught.value)))


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("status", [408, 499, 500, 502, 503, 504, 520, 599])
def test_a_status_behind_which_a_label_may_be_is_told_as_that(connect: Connect, status: int) -> None:
    service = holding(answer_with(lambda: error(status, "A server error occurred.", code="error")))
    with pytest.raises(LabelMayExist, match=str(status)):
        connect(service).create_label(KEY)
    assert len(service.sent) == 1


@pytest.mark.rule("LABEL-ONCE", "RATE-LIMIT")
@pytest.mark.parametrize("fault", [unreachable, throttled], ids=["unreachable", "429"])
def test_what_certainly_made_no_label_is_sent_again(connect: Connect, fault: ScriptedFault) -> None:
    service = holding(fault, fault)
    assert connect(service).create_label(KEY).shipment_id == "7001"
    assert (len(service.sent), len(service.labels)) == (3, 1)


@pytest.mark.rule("LABEL-ONCE")
def test_a_request_that_never_left_or_was_turned_away_to_the_last_made_no_label(connect: Connect) -> None:
    policy = RetryPolicy(attempts=2)
    with pytest.raises(TransportError) as unsent:
        connect(holding(unreachable, unreachable), retry=policy).create_label(KEY)
    assert unsent.value.sent is False
    with pytest.raises(RateLimitError):
        connect(holding(throttled, throttled), retry=policy).create_label(KEY)


@pytest.mark.rule("LABEL-ONCE")
def test_an_unreachable_service_that_then_loses_the_answer_is_asked_no_third_time(connect: Connect) -> None:
    service = holding(unreachable, lost_after)
    with pytest.raises(LabelMayExist):
        connect(service).create_label(KEY)
    assert (len(service.sent), len(service.labels)) == (2, 1)


@pytest.mark.rule("LABEL-ONCE", "UPSERT-CONFLICT")
@pytest.mark.parametrize(
    "fault", [conflict, answer_with(lambda: error(409, "We are still processing a previous request."))]
)
def test_a_conflict_is_told_at_once_for_the_other_request_may_be_for_this_label(
    connect: Connect, fault: ScriptedFault
) -> None:
    service = holding(fault)
    with pytest.raises(ConflictError):
        connect(service).create_label(KEY)
    assert len(service.sent) == 1


@pytest.mark.rule("LABEL-ONCE", "AUTH-REFUSED")
def test_credentials_that_were_refused_are_renewed_and_tried_once_more(connect: Connect) -> None:
    refused = answer_with(lambda: error(401, "Invalid token.", code="authentication_failed"))
    tokens = iter(["old", "new", "newer"])
    service = holding(refused)
    client = connect(service, credentials=CallableCredentials(lambda: f"Bearer {next(tokens)}"))
    assert client.create_label(KEY).shipment_id == "7001"
    assert (len(service.sent), len(service.labels)) == (2, 1)


# ---------------------------------------------------------------- refusals


@pytest.mark.rule("LABEL-MISSING")
def test_an_order_that_is_not_there_does_not_read_as_a_wrong_address(connect: Connect) -> None:
    service = FakeService()
    with pytest.raises(NotFoundError, match=r"the service means the order.*wait_until_available") as caught:
        connect(service).create_label(KEY)
    assert not isinstance(caught.value, UnknownAddressError)
    assert len(service.sent) == 1


@pytest.mark.rule("GET-MISSING")
@pytest.mark.parametrize(
    "page",
    [{"html": "<h1>Not Found</h1>"}, {}, {"json": {"detail": "Not Found"}}, {"json": {"message": "no Route matched"}}],
    ids=["a page", "nothing", "a framework", "a gateway"],
)
def test_a_server_that_is_not_the_service_still_reads_as_a_wrong_address(connect: Connect, page: Any) -> None:
    with pytest.raises(UnknownAddressError, match="does the base URL end with"):
        connect(holding(answer_with(lambda: httpx.Response(404, **page)))).create_label(KEY)


@pytest.mark.rule("LABEL-REFUSED")
@pytest.mark.parametrize("status", [400, 422])
def test_an_order_that_cannot_be_shipped_is_told_in_the_services_words(connect: Connect, status: int) -> None:
    refused = answer_with(lambda: error(status, "The order has no valid shipping address.", code="validation_error"))
    with pytest.raises(BadRequestError, match="The order has no valid shipping address"):
        connect(holding(refused)).create_label(KEY)


def test_a_refusal_for_want_of_a_scope_names_the_scope(connect: Connect) -> None:
    forbidden = answer_with(lambda: error(403, "You do not have permission to perform this action.", code="forbidden"))
    with pytest.raises(PermissionDeniedError, match="labels need write:parcel"):
        connect(holding(forbidden)).create_label(KEY)


# ---------------------------------------------------------------- every form of answer

ENCODED = base64.b64encode(PDF).decode()
FORMS: dict[str, Any] = {
    "an object": {"data": data()},
    "a list of one": {"data": [data()]},
    "nothing around it": data(),
    "label as an object": {"data": data(label_details=None, label={"file": ENCODED, "mime_type": "application/pdf"})},
    "label as a text": {"data": [data(label_details=None, label=ENCODED)]},
    "label as a text, no data": data(label_details=None, label=ENCODED),
    "ids the other way": {"data": data(shipment_id=7001, parcel_id="8010")},
    "a field of another type": {"data": data(documents="none", tracking_number=5)},
    "an id of the shop as a number": {"data": data(order_id=None, order_number=1001)},
    "dots of another type": {"data": data(label_details={"file": ENCODED, "dpi": "many", "x": 1})},
    "unknown fields": {"data": data(colour="green"), "meta": {}},
    "lines": {"data": data(label_details={"file": base64.encodebytes(PDF * 9).decode()})},
    "a data URL": {"data": data(label_details={"file": f"data:application/pdf;base64,{ENCODED}"})},
    "names that are missing": {"data": data(order_id=None, order_number=None)},
    "a list with nothing around it": [data()],
    "a damaged one beside": {"data": data(label_details={"file": "%%%"}, label=ENCODED)},
}


@pytest.mark.rule("LABEL-DATA", "READ-TOLERANT")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [200, 201])
def test_a_label_is_found_in_every_form_of_answer(connect: Connect, form: str, status: int) -> None:
    label = connect(answering(FORMS[form], status)).create_label(KEY)
    assert label.content in (PDF, PDF * 9)
    assert (label.shipment_id, label.parcel_id, label.mime_type) == ("7001", 8010, "application/pdf")


def test_what_no_model_names_is_kept_and_the_bytes_are_there_once(connect: Connect) -> None:
    label = connect(answering(FORMS["unknown fields"])).create_label(KEY)
    assert label.shipment.extra == {"colour": "green"}
    assert label.shipment.label_details is not None
    assert label.shipment.label_details.file is None


def test_a_type_that_the_answer_does_not_tell_is_read_from_the_bytes(connect: Connect) -> None:
    zpl = base64.b64encode(CONTENTS["application/zpl"]).decode()
    label = connect(answering({"data": data(label_details={"file": zpl})})).create_label(KEY)
    assert (label.mime_type, label.suffix) == ("application/zpl", ".zpl")


@pytest.mark.rule("LABEL-DATA")
@pytest.mark.parametrize("file", ["%%%", ENCODED[:-3], f"{ENCODED[:8]}!!!!{ENCODED[12:]}", "", None, "data:,"])
def test_a_damaged_label_tells_of_the_shipment_it_can_be_read_from(connect: Connect, file: Any) -> None:
    service = answering({"data": data(label_details={"file": file})})
    with pytest.raises(LabelUnreadable, match=r"as shipment 7001.*GET /shipments") as caught:
        connect(service).create_label(KEY)
    assert (caught.value.shipment_id, caught.value.parcel_id, caught.value.label) == ("7001", 8010, None)
    assert len(service.sent) == 1


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("other", [{"order_id": "B-2"}, {"order_id": "a-1"}, {"order_id": 5}])
def test_an_answer_about_another_order_is_no_result_and_tells_of_the_shipment(connect: Connect, other: Any) -> None:
    with pytest.raises(LabelMayExist, match=r"about another order.*as shipment 7001") as caught:
        connect(answering({"data": data(**other)})).create_label(KEY)
    assert caught.value.shipment_id == "7001"
    assert caught.value.label is None


@pytest.mark.rule("LABEL-ONCE")
def test_more_shipments_than_one_are_told_and_the_label_that_was_asked_for_is_kept(connect: Connect) -> None:
    two = {"data": [data(order_id="B-2", shipment_id="7002"), data()]}
    with pytest.raises(LabelMayExist, match=r"2 shipments where one was asked for.*7002, 7001") as caught:
        connect(answering(two)).create_label(KEY)
    assert caught.value.label is not None
    assert caught.value.label.content == PDF
    assert (caught.value.shipment_id, caught.value.parcel_id) == ("7001", 8010)


def test_of_two_shipments_the_one_with_a_label_is_on_the_error(connect: Connect) -> None:
    two = {"data": [data(shipment_id="7002", label_details=None), data()]}
    with pytest.raises(LabelMayExist, match="7002, 7001") as caught:
        connect(answering(two)).create_label(KEY)
    assert caught.value.label is not None
    assert caught.value.shipment_id == caught.value.label.shipment_id == "7001"


@pytest.mark.rule("LABEL-DATA", "READ-TOLERANT")
@pytest.mark.parametrize("odd", [b'"\xff"', b"1e999", b'"\\ud83d"', b"NaN", b"Infinity"])
@pytest.mark.parametrize("documents", [b"[]", b"3"])
def test_what_is_hardly_json_in_a_field_that_nobody_needs_loses_no_label(
    connect: Connect, odd: bytes, documents: bytes
) -> None:
    body = json.dumps({"data": data(documents="DOCUMENTS", odd="ODD")}).encode()
    body = body.replace(b'"ODD"', odd).replace(b'"DOCUMENTS"', documents)
    service = holding(carry_out_then(lambda: httpx.Response(201, content=body)))
    assert connect(service).create_label(KEY).content == PDF


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": {}},
        {"data": [{}]},
        {"data": {"order_id": "A-1"}},
        {"data": None},
        {},
        [],
        5,
        {"errors": []},
        {"data": "x"},
    ],
)
def test_a_success_that_names_no_shipment_may_have_made_one(connect: Connect, body: Any) -> None:
    with pytest.raises(LabelMayExist) as caught:
        connect(answering(body)).create_label(KEY)
    assert caught.value.shipment_id is None


@pytest.mark.parametrize("odd", ["<b>", "x" * 65, "Ada Fictiva", "a\nb"])
def test_an_id_that_does_not_look_like_one_stands_in_no_error(connect: Connect, odd: str) -> None:
    with pytest.raises(LabelUnreadable) as caught:
        connect(answering({"data": data(shipment_id=odd, label_details=None)})).create_label(KEY)
    assert odd not in str(caught.value)
    assert caught.value.shipment_id is None


def test_a_repr_shows_nothing_that_tells_of_the_customer(connect: Connect) -> None:
    label = connect(holding()).create_label(KEY)
    assert "7001" in repr(label)
    for private in ("INVENTED1", "tracking.example.com", "invented", "panel.example.com"):
        assert private not in repr(label)


def test_a_label_pickles_whole(connect: Connect) -> None:
    label = connect(holding()).create_label(KEY)
    assert pickle.loads(pickle.dumps(label)) == label


# ---------------------------------------------------------------- files


@pytest.mark.rule("LABEL-FILE")
def test_a_label_is_written_to_the_file_that_is_named(connect: Connect, tmp_path: Path) -> None:
    label = connect(holding()).create_label(KEY, path=tmp_path / "a.pdf")
    assert label.path == tmp_path / "a.pdf"
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.pdf", PDF)]


@pytest.mark.rule("LABEL-FILE")
@pytest.mark.parametrize("mime_type", CONTENTS)
def test_in_a_folder_it_gets_a_name_of_its_own(connect: Connect, tmp_path: Path, mime_type: str) -> None:
    label = connect(holding()).create_label(KEY, path=str(tmp_path), mime_type=mime_type)
    assert [one.name for one in tmp_path.iterdir()] == [f"label-41-A-1{label.suffix}"]


@pytest.mark.rule("LABEL-FILE")
@pytest.mark.parametrize("order_id", ["../../etc/passwd", "a/b", "é", "A B", "CON:", "\\x", "~", "x" * 64, "a\nb"])
def test_no_order_id_leads_out_of_the_folder_or_to_the_file_of_another(
    connect: Connect, tmp_path: Path, order_id: str
) -> None:
    service = FakeService()
    twin = order_id.replace("/", "_").replace(" ", "_")
    for one in {order_id, twin}:
        service.stored[41, one] = {**order(one), "id": 1}
        connect(service).create_label(OrderKey(41, OrderId(one)), path=tmp_path)
    names = [one.name for one in tmp_path.iterdir()]
    assert len(names) == len({order_id, twin})
    for name in names:
        assert name.startswith("label-41-")
        assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


@pytest.mark.rule("LABEL-FILE")
def test_a_label_of_another_type_than_asked_for_gets_its_own_ending_in_a_folder(
    connect: Connect, tmp_path: Path
) -> None:
    zpl = base64.b64encode(CONTENTS["application/zpl"]).decode()
    body = {"data": data(label_details={"file": zpl, "mime_type": "application/zpl"})}
    assert connect(answering(body)).create_label(KEY, path=tmp_path).path == tmp_path / "label-41-A-1.zpl"


@pytest.mark.rule("LABEL-FILE")
def test_a_file_that_exists_is_left_alone_and_no_label_is_bought(connect: Connect, tmp_path: Path) -> None:
    kept = tmp_path / "label-41-A-1.pdf"
    kept.write_bytes(b"kept")
    for path in (kept, tmp_path):
        service = holding()
        with pytest.raises(InvalidRequest, match="overwrite=True"):
            connect(service).create_label(KEY, path=path)
        assert service.sent == []
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"kept"]


@pytest.mark.rule("LABEL-FILE")
def test_a_file_is_overwritten_when_asked_for(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    connect(holding()).create_label(KEY, path=path, overwrite=True)
    assert path.read_bytes() == PDF


@pytest.mark.rule("LABEL-FILE")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_what_is_no_plain_file_is_never_overwritten(connect: Connect, tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_bytes(b"kept")
    (tmp_path / "link").symlink_to(there)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        service = holding()
        with pytest.raises(InvalidRequest, match="no plain file"):
            connect(service).create_label(KEY, path=tmp_path / name, overwrite=True)
        assert service.sent == []
    assert there.read_bytes() == b"kept"


@pytest.mark.rule("LABEL-FILE")
def test_a_file_that_appears_meanwhile_is_left_alone_and_the_label_is_on_the_error(
    connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"

    def appear(request: httpx.Request, carry_out: CarryOut) -> httpx.Response:
        path.write_bytes(b"theirs")
        return carry_out()

    with pytest.raises(LabelNotSaved, match=r"is `label` of this error.*exists") as caught:
        connect(holding(appear)).create_label(KEY, path=path)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"theirs"]
    assert caught.value.label is not None
    assert caught.value.label.content == PDF
    assert caught.value.label.save(tmp_path / "b.pdf").read_bytes() == PDF
    back = pickle.loads(pickle.dumps(caught.value))
    assert back.label.content == PDF


@pytest.mark.rule("LABEL-FILE")
def test_a_folder_that_goes_away_meanwhile_loses_no_label(connect: Connect, tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()

    def vanish(request: httpx.Request, carry_out: CarryOut) -> httpx.Response:
        for one in folder.iterdir():
            one.unlink()
        folder.rmdir()
        return carry_out()

    with pytest.raises(LabelNotSaved, match="No such file") as caught:
        connect(holding(vanish)).create_label(KEY, path=folder)
    assert caught.value.label is not None
    assert caught.value.shipment_id == "7001"


@pytest.mark.rule("LABEL-FILE")
@pytest.mark.parametrize("fault", [lost_after, throttled, conflict])
def test_nothing_is_left_beside_when_no_label_came(connect: Connect, tmp_path: Path, fault: ScriptedFault) -> None:
    with pytest.raises(SendcloudError):
        connect(holding(fault), retry=RetryPolicy.none()).create_label(KEY, path=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_label_saves_itself_into_a_folder_and_not_twice(connect: Connect, tmp_path: Path) -> None:
    label = connect(holding()).create_label(OrderNumber(41, "1001"))
    assert label.save(tmp_path) == tmp_path / "label-41-1001.pdf"
    with pytest.raises(InvalidRequest, match="exists"):
        label.save(tmp_path)
    assert label.save(tmp_path, overwrite=True).read_bytes() == PDF
    assert len(list(tmp_path.iterdir())) == 1


# ---------------------------------------------------------------- interrupts


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, MemoryError])
def test_whatever_interrupts_a_purchase_leaves_with_a_note(connect: Connect, kind: type[BaseException]) -> None:
    def interrupt(request: httpx.Request, carry_out: Any) -> httpx.Response:
        carry_out()
        raise kind

    with pytest.raises(kind) as caught:
        connect(holding(interrupt)).create_label(KEY)
    assert "look for a shipment of the order" in "".join(caught.value.__notes__)
    left: Any = caught.value
    assert left.label is None


@pytest.mark.rule("LABEL-FILE")
def test_an_interrupt_while_the_file_is_written_keeps_the_label(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    client = connect(holding())
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.create_label(KEY, path=tmp_path)
    label: Label = caught.value.label  # type: ignore[attr-defined]
    assert label.content == PDF
    assert list(tmp_path.iterdir()) == []


def test_the_body_of_a_label_is_what_the_spec_asks_for(connect: Connect) -> None:
    service = holding()
    connect(service, partner_id="00000000-0000-4000-8000-000000000001").create_label(KEY)
    assert service.sent[0].headers["Sendcloud-Partner-Id"] == "00000000-0000-4000-8000-000000000001"
    assert json.loads(service.sent[0].body)["integration_id"] == 41
