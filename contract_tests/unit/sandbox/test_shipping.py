"""The sandbox ships stored orders, keeps the shipments, and makes each legal choice that is left open."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api, Json, complaints
from orders.factory import address, item, order, price
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.labels import PDF, PNG, ZPL

pytestmark = pytest.mark.one_python

Use = Callable[..., None]
ONE, SEVERAL = "/orders/create-label-sync", "/orders/create-labels-async"
MISSING = "The page you have requested could not be found."


def addressed(order_id: str = "A", **fields: Any) -> Json:
    return order(order_id, **{"shipping_address": address(), **fields})


def label(api: Api, named: Json, **more: Any) -> httpx.Response:
    return api.post(ONE, json={"integration_id": 41, "order": named, **more})


def labels(api: Api, *named: Json, **more: Any) -> httpx.Response:
    return api.post(SEVERAL, json={"integration_id": 41, "orders": list(named), **more})


def details(response: httpx.Response) -> list[str]:
    return [error["detail"] for error in response.json()["errors"]]


def shipped(sandbox: Sandbox) -> list[str]:
    return [shipment["order_id"] for shipment in sandbox.shipments()]


# ---------------------------------------------------------------------- shipments


@pytest.mark.rule("LABEL-CREATE", "LABEL-STORED")
def test_a_label_makes_one_shipment_of_its_order(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed())
    data = label(api, {"order_id": "A"}).json()["data"]
    (shipment,) = sandbox.shipments()
    assert (shipment["shipment_id"], shipment["parcel_ids"]) == (data["shipment_id"], [data["parcel_id"]])
    assert (shipment["integration"], shipment["order_id"], shipment["order_number"]) == (41, "A", "#A")
    assert shipment["tracking_number"] == data["tracking_number"]


@pytest.mark.rule("LABEL-FORM", "LABEL-STORED")
@pytest.mark.parametrize("mime_type", [PDF, PNG, ZPL])
def test_the_label_of_the_answer_is_that_of_the_shipment_and_of_its_link(
    api: Api, sandbox: Sandbox, mime_type: str
) -> None:
    api.create(addressed())
    data = label(api, {"order_id": "A"}, label_details={"mime_type": mime_type}).json()["data"]
    file = b64decode(data["label_details"]["file"], validate=True)
    assert sandbox.label(data["shipment_id"]) == file
    (document,) = data["documents"]
    linked = api.get(document["link"])
    assert (linked.status_code, linked.content, linked.headers["Content-Type"]) == (200, file, mime_type)


@pytest.mark.rule("AUTH-REFUSED")
def test_a_link_to_a_label_opens_to_the_credentials_of_the_account_alone(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed())
    link = label(api, {"order_id": "A"}).json()["data"]["documents"][0]["link"]
    assert httpx.get(link, **PLAIN).status_code == 401
    assert api.get(link.rpartition("/")[0] + "/7").status_code == 404


@pytest.mark.rule("LABEL-STORED")
def test_there_is_no_label_of_a_shipment_that_is_not_there(sandbox: Sandbox) -> None:
    for shipment in ("7001", "", "x", "9" * 30):
        with pytest.raises(KeyError):
            sandbox.label(shipment)


@pytest.mark.rule("LABEL-STORED", "DELETE-ORDER")
def test_a_shipment_outlives_its_order(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(addressed())
    label(api, {"order_id": "A"})
    api.delete(f"/orders/{known}")
    assert shipped(sandbox) == ["A"]
    assert label(api, {"order_id": "A"}).status_code == 404


@pytest.mark.rule("LABEL-STORED")
def test_a_label_changes_nothing_in_its_order(api: Api) -> None:
    (known,) = api.create(addressed())
    before = api.read(known)
    label(api, {"order_id": "A"})
    labels(api, {"order_id": "A"})
    assert api.read(known) == before


@pytest.mark.rule("LABEL-STORED")
def test_a_reset_forgets_the_shipments_and_their_ids(api: Api, sandbox: Sandbox) -> None:
    for _ in range(2):
        api.create(addressed())
        assert label(api, {"order_id": "A"}).json()["data"]["shipment_id"] == "7001"
        assert sandbox.shipments()[0]["parcel_ids"] == [8001]
        sandbox.reset()
        assert sandbox.shipments() == []


@pytest.mark.rule("LABEL-STORED")
def test_shipments_in_a_file_survive_a_restart_and_no_id_comes_twice(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with Sandbox(db=tmp_path / "orders.db") as sandbox, Api(sandbox) as api:
            api.create(addressed())
            label(api, {"order_id": "A"})
            seen.append([(one["shipment_id"], *one["parcel_ids"]) for one in sandbox.shipments()])
    assert seen == [[("7001", 8001)], [("7001", 8001), ("7002", 8002)]]


@pytest.mark.rule("LABEL-STORED")
def test_another_process_can_look_at_the_shipments(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed())
    label(api, {"order_id": "A"})
    assert api.get(f"{sandbox.control_url}/shipments").json() == sandbox.shipments()


@pytest.mark.rule("LABELS-PARCELS", "LABEL-STORED")
def test_the_parcels_of_shipments_have_ids_of_their_own(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed("A"), addressed("B"))
    data = labels(api, {"order_id": "A", "parcels": [{}, {}, {}]}, {"order_id": "B"}).json()["data"]
    assert [row["parcels_ids"] for row in data] == [[8001, 8002, 8003], [8004]]
    assert [one["parcel_ids"] for one in sandbox.shipments()] == [[8001, 8002, 8003], [8004]]


# ---------------------------------------------------------------------- bodies


@pytest.mark.rule("LABEL-BODY", "ERROR-POINTER")
def test_each_operation_words_a_broken_body_in_its_own_way(api: Api) -> None:
    api.create(addressed())
    (one,) = label(api, {"order_id": 5}).json()["errors"]
    (several,) = labels(api, {"order_id": "A"}, {"order_id": 5}).json()["errors"]
    assert one == {
        "status": "400",
        "code": "invalid",
        "title": "Invalid",
        "detail": "Input should be a valid string.",
        "source": {"pointer": "/data/attributes/order/order_id"},
    }
    assert several == {
        "status": "400",
        "code": "invalid",
        "detail": "Input should be a valid string",
        "source": {"pointer": "/data/attributes/orders/1/order_id"},
    }


@pytest.mark.rule("LABEL-BODY", "ERROR-TOGETHER")
def test_all_faults_of_a_body_are_told_together_and_nothing_is_shipped(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed())
    refused = labels(api, {"order_id": "A"}, {}, {"order_id": "A" * 65, "parcels": []}, brand_id=0, extra=1)
    assert refused.status_code == 400
    assert set(complaints(refused)) == {
        f"/data/attributes/{place}"
        for place in ("orders/1/order_number", "orders/2/order_id", "orders/2/parcels", "brand_id", "extra")
    }
    assert sandbox.shipments() == []


@pytest.mark.rule("LABELS-LIMIT")
@pytest.mark.parametrize(
    ("count", "twice", "words"),
    [
        (0, False, "List should have at least 1 item, not 0"),
        (21, False, "List should have at most 20 items, not 21"),
        (2, True, "List should not have the same item twice"),
    ],
)
def test_a_number_of_orders_that_is_out_of_bounds_ships_none(
    api: Api, sandbox: Sandbox, count: int, twice: bool, words: str
) -> None:
    orders = [addressed(f"A{number}") for number in range(21)]
    api.create(*orders)
    named = [{"order_id": "A0" if twice else one["order_id"]} for one in orders[:count]]
    assert complaints(labels(api, *named)) == {"/data/attributes/orders": words}
    assert sandbox.shipments() == []


@pytest.mark.rule("LABELS-LIMIT", "LABELS-CREATE")
def test_20_orders_are_shipped_at_once(api: Api, sandbox: Sandbox) -> None:
    orders = [addressed(f"A{number}") for number in range(20)]
    api.create(*orders)
    assert labels(api, *({"order_id": one["order_id"]} for one in orders)).status_code == 202
    assert shipped(sandbox) == [one["order_id"] for one in orders]


@pytest.mark.rule("LABEL-BODY")
@pytest.mark.parametrize("body", [[], "A", None, 5, [{}]])
@pytest.mark.parametrize("path", [ONE, SEVERAL])
def test_a_body_that_is_no_object_is_refused(api: Api, path: str, body: Any) -> None:
    refused = api.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert (refused.status_code, details(refused)) == (400, ["Input should be a valid dictionary"])


@pytest.mark.rule("LABEL-BODY")
def test_an_integration_beyond_64_bits_is_refused_and_not_a_failure(api: Api) -> None:
    assert api.post(ONE, json={"integration_id": 2**70, "order": {"order_id": "A"}}).status_code == 400


@pytest.mark.rule("UPSERT-PARTNER")
@pytest.mark.parametrize("path", [ONE, SEVERAL])
def test_an_invalid_partner_id_is_refused(api: Api, path: str) -> None:
    assert api.post(path, json={}, headers={"Sendcloud-Partner-Id": "x"}).json()["errors"][0]["source"] == {
        "header": "Sendcloud-Partner-Id"
    }


# ---------------------------------------------------------------------- which order


@pytest.mark.rule("LABEL-MISSING")
@pytest.mark.parametrize(
    "named",
    [{"order_id": "B"}, {"order_number": "#B"}, {"order_id": "a"}, {"order_number": "#a"}, {"order_id": "669"}],
    ids=str,
)
def test_an_order_that_is_not_there_is_not_found(api: Api, named: Json) -> None:
    api.create(addressed())
    missing = label(api, named)
    assert (missing.status_code, details(missing)) == (404, [MISSING])
    assert missing.json()["errors"][0]["code"] == "not_found"


@pytest.mark.rule("LABEL-NAMED", "LABEL-MISSING")
@pytest.mark.parametrize("named", [{"order_id": "A"}, {"order_number": "#A"}], ids=str)
def test_an_order_belongs_to_its_integration(api: Api, sandbox: Sandbox, named: Json) -> None:
    api.create(addressed("A", integration=68))
    assert label(api, named).status_code == 404
    assert api.post(ONE, json={"integration_id": 68, "order": named}).status_code == 201
    assert sandbox.shipments()[0]["integration"] == 68


@pytest.mark.rule("LABEL-MISSING", "UPSERT-ASYNC")
@pytest.mark.parametrize("named", [{"order_id": "A"}, {"order_number": "#A"}], ids=str)
def test_an_order_that_is_still_being_saved_is_not_found(api: Api, sandbox: Sandbox, use: Use, named: Json) -> None:
    use(save_lag=60)
    api.create(addressed())
    assert (label(api, named).status_code, labels(api, named).status_code) == (404, 404)
    sandbox.advance(61)
    assert label(api, named).status_code == 201


@pytest.mark.rule("LABEL-NUMBER-SHARED")
@pytest.mark.parametrize(("choice", "order_id"), [("newest", "B"), ("oldest", "A")])
def test_an_order_is_chosen_among_those_that_share_a_number(api: Api, use: Use, choice: str, order_id: str) -> None:
    use(label_number_shared=choice)
    api.create(addressed("A", order_number="N"), addressed("B", order_number="N"))
    assert label(api, {"order_number": "N"}).json()["data"]["order_id"] == order_id


@pytest.mark.rule("LABEL-NUMBER-SHARED")
def test_a_shared_number_can_be_refused(api: Api, sandbox: Sandbox, use: Use) -> None:
    use(label_number_shared="reject")
    api.create(addressed("A", order_number="N"), addressed("B", order_number="N"), addressed("C", order_number="M"))
    assert details(label(api, {"order_number": "N"})) == ["Several orders have this number."]
    assert complaints(labels(api, {"order_number": "M"}, {"order_number": "N"})) == {
        "/data/attributes/orders/[1]": "Several orders have this number."
    }
    assert shipped(sandbox) == ["C"]


@pytest.mark.rule("LABEL-NAMES-DISAGREE")
def test_two_names_have_to_be_of_one_order_unless_the_order_id_decides(api: Api, sandbox: Sandbox, use: Use) -> None:
    api.create(addressed("A"), addressed("B"))
    named = {"order_id": "A", "order_number": "#B"}
    assert label(api, named).status_code == 404
    assert label(api, {"order_id": "A", "order_number": "#A"}).status_code == 201
    use(label_names_disagree="order_id")
    assert label(api, named).status_code == 201
    assert shipped(sandbox) == ["A", "A"]


@pytest.mark.rule("UPSERT-KEY-CASE", "LABEL-NAMED")
def test_an_order_id_in_another_case_names_the_order_where_keys_are_alike(api: Api, use: Use) -> None:
    use(key_case="any")
    api.create(addressed())
    assert label(api, {"order_id": "a"}).json()["data"]["order_id"] == "A"


# ---------------------------------------------------------------------- orders that cannot be shipped


@pytest.mark.rule("LABELS-ADDRESS", "LABEL-REFUSED")
@pytest.mark.parametrize(("status", "policy"), [(400, {}), (422, {"label_refusal": 422})])
def test_an_order_without_an_address_is_not_shipped(
    api: Api, sandbox: Sandbox, use: Use, status: int, policy: Json
) -> None:
    use(**policy)
    api.create(order())
    refused = label(api, {"order_id": "A"})
    assert (refused.status_code, details(refused)) == (status, ["The order has no valid shipping address."])
    inner = labels(api, {"order_id": "A"})
    assert inner.status_code == 202
    assert inner.json() == {
        "errors": [
            {
                "status": "400",
                "code": "validation_error",
                "title": "Invalid order",
                "detail": "The order has no valid shipping address.",
                "source": {"pointer": "/data/attributes/orders/[0]"},
            }
        ]
    }
    assert sandbox.shipments() == []


@pytest.mark.rule("LABELS-PARTIAL")
def test_errors_name_the_orders_that_were_not_shipped_and_data_the_others(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed("A"), order("B"), addressed("C"), order("D"))
    answer = labels(api, *({"order_id": name} for name in "ABCD"))
    assert answer.status_code == 202
    assert [row["order_id"] for row in answer.json()["data"]] == ["A", "C"]
    assert list(complaints(answer)) == ["/data/attributes/orders/[1]", "/data/attributes/orders/[3]"]
    assert shipped(sandbox) == ["A", "C"]


@pytest.mark.rule("LABELS-SENDER")
def test_an_unknown_address_of_the_sender_ships_nothing(api: Api, sandbox: Sandbox) -> None:
    api.create(addressed())
    answer = labels(api, {"order_id": "A"}, sender_address_id=6)
    assert answer.status_code == 202
    assert answer.json() == {
        "errors": [
            {
                "status": "404",
                "code": "invalid",
                "detail": "Does not exist.",
                "source": {"pointer": "/data/attributes/sender_address_id"},
            }
        ]
    }
    assert label(api, {"order_id": "A"}, sender_address_id=6).status_code == 404
    assert sandbox.shipments() == []
    assert label(api, {"order_id": "A"}, sender_address_id=5).status_code == 201


@pytest.mark.rule("LABELS-MISSING")
def test_an_order_that_is_not_there_refuses_the_others_too_or_is_an_error_of_its_own(
    api: Api, sandbox: Sandbox, use: Use
) -> None:
    api.create(addressed())
    named = [{"order_id": "A"}, {"order_id": "B"}]
    assert labels(api, *named).status_code == 404
    assert sandbox.shipments() == []
    use(label_order_missing="inner")
    answer = labels(api, *named)
    assert (answer.status_code, complaints(answer)) == (202, {"/data/attributes/orders/[1]": MISSING})
    assert shipped(sandbox) == ["A"]


@pytest.mark.rule("LABEL-AGAIN")
def test_a_shipped_order_can_be_shipped_again_unless_that_is_refused(api: Api, sandbox: Sandbox, use: Use) -> None:
    api.create(addressed())
    assert [label(api, {"order_id": "A"}).status_code for _ in range(2)] == [201, 201]
    use(label_again="reject")
    assert label(api, {"order_id": "A"}).status_code == 400
    # The same order under both of its names.
    api.create(addressed("B"))
    answer = labels(api, {"order_id": "B"}, {"order_number": "#B"})
    assert list(complaints(answer)) == ["/data/attributes/orders/[1]"]
    assert shipped(sandbox) == ["A", "A", "B"]


@pytest.mark.rule("LABEL-PRICE")
@pytest.mark.parametrize(
    ("choice", "status", "left"), [("refuse", 422, []), ("inner", 202, ["A"]), ("accept", 202, ["A", "B"])]
)
def test_an_item_of_a_negative_price_can_refuse_all_labels_its_own_or_none(
    api: Api, sandbox: Sandbox, use: Use, choice: str, status: int, left: list[str]
) -> None:
    use(label_negative_price=choice)
    discount = addressed("B", order_items=[item("Tea tin"), item("Discount", total_price=price(-1.5))])
    api.create(addressed("A"), discount)
    assert labels(api, {"order_id": "A"}, {"order_id": "B"}).status_code == status
    assert shipped(sandbox) == left


@pytest.mark.rule("LABELS-PARCELS")
def test_a_parcel_with_an_item_that_its_order_lacks_is_refused_unless_nobody_looks(
    api: Api, sandbox: Sandbox, use: Use
) -> None:
    api.create(addressed(order_items=[item("Tea tin", item_id="tin"), item("Lamp")]))

    def parcels(item_id: str) -> Json:
        return {"order_id": "A", "parcels": [{"parcel_items": [{"item_id": item_id, "quantity": 1}]}]}

    assert list(complaints(labels(api, parcels("lamp")))) == ["/data/attributes/orders/[0]"]
    assert sandbox.shipments() == []
    assert "errors" not in labels(api, parcels("tin")).json()
    use(label_unknown_item="accept")
    assert "errors" not in labels(api, parcels("lamp")).json()
    assert shipped(sandbox) == ["A", "A"]


# ---------------------------------------------------------------------- forms of answers


@pytest.mark.rule("LABEL-FORM")
@pytest.mark.parametrize(
    ("wanted", "form"),
    [
        ({}, (PDF, 72)),
        ({"mime_type": PNG}, (PNG, 300)),
        ({"mime_type": PNG, "dpi": 150}, (PNG, 150)),
        ({"mime_type": ZPL}, (ZPL, 203)),
        ({"mime_type": ZPL, "dpi": 600}, (ZPL, 600)),
    ],
    ids=str,
)
def test_a_label_has_the_type_and_resolution_that_were_asked_for(api: Api, wanted: Json, form: tuple[str, int]) -> None:
    api.create(addressed())
    made = label(api, {"order_id": "A"}, label_details=wanted).json()["data"]["label_details"]
    assert (made["mime_type"], made["dpi"]) == form


@pytest.mark.rule("LABEL-FORM")
def test_a_resolution_that_a_type_does_not_have_is_refused_or_replaced(api: Api, sandbox: Sandbox, use: Use) -> None:
    api.create(addressed())
    refused = label(api, {"order_id": "A"}, label_details={"mime_type": PNG, "dpi": 72})
    assert complaints(refused) == {"/data/attributes/label_details/dpi": "Input should be 300 or 150."}
    assert sandbox.shipments() == []
    use(label_wrong_dpi="adjust")
    made = label(api, {"order_id": "A"}, label_details={"mime_type": PNG, "dpi": 72}).json()["data"]
    assert made["label_details"]["dpi"] == 300


@pytest.mark.rule("LABEL-DATA")
@pytest.mark.parametrize("field", ["label_details", "label", "both"])
def test_a_label_comes_in_the_field_of_schema_or_example(api: Api, use: Use, field: str) -> None:
    use(label_field=field)
    api.create(addressed())
    data = label(api, {"order_id": "A"}).json()["data"]
    assert {"label_details", "label"} & data.keys() == ({"label_details", "label"} if field == "both" else {field})


@pytest.mark.rule("LABEL-DATA")
def test_one_label_can_come_in_a_list(api: Api, use: Use) -> None:
    use(label_data="list")
    api.create(addressed())
    (data,) = label(api, {"order_id": "A"}).json()["data"]
    assert data["order_id"] == "A"


@pytest.mark.rule("LABELS-CREATE")
@pytest.mark.parametrize("fields", ["parcel_id", "parcels_ids", "both"])
def test_the_parcels_of_several_labels_come_in_one_field_or_both(api: Api, use: Use, fields: str) -> None:
    use(label_parcels=fields)
    api.create(addressed())
    (row,) = labels(api, {"order_id": "A"}).json()["data"]
    both = {"parcel_id", "parcels_ids"}
    assert both & row.keys() == (both if fields == "both" else {fields})


@pytest.mark.rule("LABEL-CREATE")
def test_a_label_is_shipped_as_the_request_says_or_else_as_its_order(api: Api) -> None:
    def option(code: str) -> Json:
        return {"type": "shipping_option_code", "properties": {"shipping_option_code": code}}

    api.create(addressed("A", shipping_details={"ship_with": option("of:order")}), addressed("B"))
    for named, more, code in (
        ("A", {"ship_with": option("of:request")}, "of:request"),
        ("A", {}, "of:order"),
        ("B", {}, "sandbox:standard"),
    ):
        assert label(api, {"order_id": named}, **more).json()["data"]["ship_with"] == option(code)


@pytest.mark.rule("READ-TOLERANT")
def test_nulls_and_unknown_fields_come_in_answers_about_labels_too(api: Api, use: Use) -> None:
    use(nulls="null", extra_fields=True, label_field="label")
    api.create(addressed())
    one, several = label(api, {"order_id": "A"}).json(), labels(api, {"order_id": "A"}).json()
    assert one["data"]["label_details"] is None
    assert several["errors"] is None
    assert "sandbox_extra" in one
    assert "sandbox_extra" in one["data"]
    assert "sandbox_extra" in several


# ---------------------------------------------------------------------- beside other operations


@pytest.mark.rule("UPSERT-CONFLICT")
def test_every_nth_upsert_meets_a_conflict_and_no_label_does(api: Api, use: Use) -> None:
    use(conflict_every=2)
    api.create(addressed())
    assert [label(api, {"order_id": "A"}).status_code for _ in range(4)] == [201] * 4
    assert api.upsert(addressed()).status_code == 400


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("POST", ONE, "write:parcel"),
        ("POST", SEVERAL, "write:parcel"),
        ("GET", "/integrations", "read:integration"),
        ("GET", "/integrations/41", "read:integration"),
    ],
)
def test_a_token_needs_the_scope_of_labels_and_of_integrations(
    sandbox: Sandbox, method: str, path: str, needed: str
) -> None:
    statuses = {}
    for scope in ("read:order", "write:order", "write:parcel", "read:integration", "api"):
        form = {"grant_type": "client_credentials", "scope": scope}
        auth = (sandbox.public_key, sandbox.secret_key)
        token = httpx.post(sandbox.token_url, data=form, auth=auth, **PLAIN).json()["access_token"]
        with Api(sandbox, auth=None, headers={"Authorization": f"Bearer {token}"}) as api:
            statuses[scope] = api.request(method, path, json={} if method == "POST" else None).status_code
    assert {scope for scope, status in statuses.items() if status != 403} == {needed, "api"}


def test_every_policy_of_labels_and_integrations_has_a_choice_that_was_tried() -> None:
    files = [Path(__file__), Path(__file__).with_name("test_integrations.py")]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    mine = [
        name for name in Policies.__struct_fields__ if name.startswith("label_") or name == "wrong_integration_sort"
    ]
    assert [name for name in mine if f"{name}=" not in source and f'"{name}"' not in source] == []
