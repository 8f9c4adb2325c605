"""Whatever a client sends, the sandbox answers it, and never with a server error."""

from __future__ import annotations

import asyncio
import copy
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from doubles.sandbox_client import Api, Json, complaints
from orders.factory import address, item, order
from sendcloud_orders_sandbox import Credentials, Policies, Sandbox
from sendcloud_orders_sandbox.app import make_app
from sendcloud_orders_sandbox.seam import Seam
from sendcloud_orders_sandbox.service import Service

KEYS = ("key", "secret")
JSON = {"Content-Type": "application/json"}
POLICIES = (
    Policies(),
    Policies(unknown_fields="store", enum_case="any", numeric_strings="accept", key_twice="last", unknown_id="create"),
    Policies(omitted_optionals="clear", timestamps="zulu", amounts="string", nulls="null", extra_fields=True),
    Policies(patch_null="ignore", patch_same_names="all", amounts="number", error_codes="observed"),
)
# As text, because JSON writers refuse to write most of them.
ODD_VALUES = (
    *("null", "true", "[]", "{}", '""', "-1", "0", "1.5", "1e300", "-0.0", "1e-400", "1e999", "NaN", "-Infinity"),
    *(str(2**63), str(-(2**63) - 1), str(2**64), "9" * 308, "9" * 400, "9" * 5000, "0." + "1" * 5000),
    *('"\\ud800"', '{"\\udfff": 1}', '"\\u0000"', f'"{"x" * 100_000}"', '{"a": 1, "a": 2}', "'", "//", "\ufeff1"),
    *("[" * 90 + "]" * 90, "[" * 5000 + "]" * 5000, '{"a":' * 90 + "1" + "}" * 90, '{"a":' * 900 + "1" + "}" * 900),
)


def full_order(order_id: str = "A") -> Json:
    """Return an order that has something of everything."""
    things = item("Tea tin", properties={"colour": "blue"}, dangerous_goods={"unit_of_measurement": "KG"})
    return order(
        order_id,
        id="669",
        order_items=[things | {"measurement": {"weight": {"value": 0.5, "unit": "kg"}}}],
        notes="note",
        tags=["tag"],
        shipping_address=address(),
        customer_details={"name": "Ada Fictiva", "phone_number": "+31"},
        service_point_details={"id": "1", "extra_data": {"opens": "08:00"}},
        shipping_details={"ship_with": {"type": "shipping_option_code", "properties": {"shipping_option_code": None}}},
    )


class InProcess:
    """The sandbox's app without a socket; an exception inside it leaves the call."""

    def __init__(self, policies: Policies = POLICIES[0]) -> None:
        self.service = Service(policies=policies, credentials=Credentials(*KEYS))
        self.app = Seam(make_app(self.service), self.service)
        self.send("POST", "/api/v3/orders", json.dumps([order("A")]).encode())

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = JSON, query: bytes = b""
    ) -> httpx.Response:
        """Send one request."""

        async def ask() -> httpx.Response:
            url = httpx.URL("http://sandbox", raw_path=path.encode() + (b"?" + query if query else b""))
            sent = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            auth = None if "Authorization" in headers else KEYS
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), auth=auth) as client:
                return await client.request(method, url, content=body, headers=sent)

        return asyncio.run(ask())


APPS = {policies: InProcess(policies) for policies in POLICIES}


@pytest.fixture(autouse=True, scope="module")
def _closed() -> Iterator[None]:
    yield
    for app in APPS.values():
        app.service.store.close()


def require_answer(answer: httpx.Response) -> None:
    """Fail unless an answer is a success or a refusal in the service's envelope."""
    assert answer.status_code < 500
    if answer.status_code >= 400:
        errors = answer.json()["errors"]
        assert errors
        assert all(error["status"] == str(answer.status_code) and error["detail"] for error in errors)


def places(value: Any) -> list[tuple[Any, Any]]:
    """List the containers of a value with each of their keys."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@st.composite
def damaged_values(draw: DrawFn, valid: Any) -> bytes:
    """Draw a valid body with a value or two exchanged, added or doubled."""
    damaged = copy.deepcopy(valid)
    marks = {}
    for number in range(draw(st.integers(1, 2))):
        container, key = draw(st.sampled_from(places(damaged)))
        mark = f"<<{number}>>"
        marks[f'"{mark}"'] = draw(st.sampled_from(ODD_VALUES))
        if isinstance(container, dict) and draw(st.booleans()):
            key = draw(st.sampled_from(["more", "id", "created_at", "phone", "type", "value"]))
        container[key] = mark
    text = json.dumps(damaged)
    for mark, odd in marks.items():
        text = text.replace(mark, odd)
    return text.encode("utf-8")


@st.composite
def damaged_bytes(draw: DrawFn, valid: Any) -> bytes:
    """Draw a valid body with some bytes exchanged, added or left out."""
    text = json.dumps(valid).encode()
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.binary(max_size=8)) + text[start + draw(st.integers(0, 8)) :]


BATCHES: Any = [full_order("A"), order("B")]
CHANGES: Any = {name: value for name, value in full_order().items() if name != "id"} | {"order_details": {"notes": "x"}}
CONTROLS = {
    "PATCH policies": {"save_lag": 1, "link_base": "/x", "throttle_seconds": 7, "ids": "number"},
    "POST faults": {"fault": "slow:0", "at": 3, "method": "GET", "path": "/x"},
    "POST clock": {"seconds": 1},
    "POST integrations": {"id": 77},
}


def bodies(valid: Any) -> st.SearchStrategy[bytes]:
    """Draw bodies from valid to random."""
    return st.one_of(damaged_values(valid), damaged_bytes(valid), st.binary(max_size=40))


@pytest.mark.rule("ERROR-ENVELOPE")
@given(policies=st.sampled_from(POLICIES), body=bodies(BATCHES))
def test_any_body_of_an_upsert_is_answered_and_what_it_stored_can_be_read(policies: Policies, body: bytes) -> None:
    app = APPS[policies]
    require_answer(app.send("POST", "/api/v3/orders", body))
    assert app.send("GET", "/api/v3/orders").status_code == 200


@pytest.mark.rule("ERROR-ENVELOPE")
@given(policies=st.sampled_from(POLICIES), body=bodies(CHANGES))
def test_any_body_of_an_update_is_answered_and_what_it_stored_can_be_read(policies: Policies, body: bytes) -> None:
    app = APPS[policies]
    require_answer(app.send("PATCH", "/api/v3/orders/669", body))
    assert app.send("GET", "/api/v3/orders/669").status_code == 200


@given(action=st.sampled_from(sorted(CONTROLS)), data=st.data())
def test_any_body_of_a_control_request_is_answered_and_leaves_a_sandbox_that_works(
    action: str, data: st.DataObject
) -> None:
    app = InProcess()
    method, name = action.split()
    require_answer(app.send(method, f"/_sandbox/{name}", data.draw(bodies(CONTROLS[action]))))
    require_answer(app.send("GET", "/api/v3/orders"))
    require_answer(app.send("POST", "/api/v3/orders", json.dumps([order("B")]).encode()))
    app.service.store.close()


@given(body=st.one_of(st.binary(max_size=60), st.text("a=&%+_grantypecliendls;\0é", max_size=60).map(str.encode)))
def test_any_body_of_a_token_request_is_answered(body: bytes) -> None:
    assert APPS[POLICIES[0]].send("POST", "/oauth2/token", body).status_code < 500


QUERY = st.lists(
    st.tuples(
        st.sampled_from(["integration", "order_number", "order_id", "status", "sort", "page_size", "cursor", "%00"])
        | st.sampled_from(["order_created_at", "order_updated_at_min", "order_created_at_max"]),
        st.sampled_from(["41", "pk,-order_number", "2026-11-02", "%", "%ff%fe", "%00", "%ed%a0%80", "9" * 5000, "-1"])
        | st.binary(max_size=12).map(lambda raw: b64encode(raw).decode())
        | st.lists(st.text(max_size=4), max_size=3).map(
            lambda parts: b64encode("&".join(f"p={part}" for part in parts).encode()).decode()
        ),
    ).map("=".join),
    max_size=4,
).map(lambda parameters: "&".join(parameters).encode())


@pytest.mark.rule("ERROR-ENVELOPE")
@given(query=QUERY)
def test_any_query_is_answered(query: bytes) -> None:
    require_answer(APPS[POLICIES[0]].send("GET", "/api/v3/orders", query=query, headers={}))


@pytest.mark.rule("ERROR-ENVELOPE")
@given(
    name=st.sampled_from(["X-Sandbox-Fault", "Sendcloud-Partner-Id", "Authorization", "Content-Type", "Host"]),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
    | st.sampled_from(["slow:nan", "429:1e400", "slow:-1", "Basic ////", "Basic 5555", "Bearer \xff", "[::1", "a:b"]),
)
def test_any_header_is_answered(name: str, value: str) -> None:
    app = APPS[POLICIES[0]]
    require_answer(app.send("POST", "/api/v3/orders", json.dumps([order("B")]).encode(), {**JSON, name: value}))
    # A page that is not the last has links, which are made from the host.
    require_answer(app.send("GET", "/api/v3/orders", headers={name: value}, query=b"page_size=1"))


def with_property(text: str) -> bytes:
    """Return a batch of one order whose item has a property of this JSON text."""
    return json.dumps([order(order_items=[item("x", properties={"p": "<<>>"})])]).replace('"<<>>"', text).encode()


MINIMAL = json.dumps([order("A")])
DISPUTED = {
    "lists nested too deeply": with_property("[" * 101 + "]" * 101),
    "objects nested too deeply": with_property('{"a":' * 300 + "1" + "}" * 300),
    "nested beyond any stack": with_property("[" * 50_000 + "]" * 50_000),
    "a lone surrogate": with_property('"\\ud800"'),
    "surrogates the wrong way round": with_property('"\\udc00\\ud800"'),
    "a name that is a lone surrogate": with_property('{"\\udfff": 1}'),
    "NaN": with_property("NaN"),
    "infinity": with_property("-Infinity"),
    "a fraction that no double holds": with_property("1e400"),
    "an integer that no double holds": with_property("9" * 400),
    "an integer of 5000 digits": with_property("9" * 5000),
    "a name twice": with_property('{"a": 1, "b": 2, "a": 3}'),
    "an order_id twice": MINIMAL.replace('"order_id"', '"order_id": "B", "order_id"').encode(),
    "a byte order mark": b"\xef\xbb\xbf" + MINIMAL.encode(),
    "UTF-16": MINIMAL.encode("utf-16"),
    "a byte that is not UTF-8": MINIMAL.encode().replace(b'"A"', b'"\xff"'),
    "a byte behind the end": MINIMAL.encode() + b"\0",
}


@pytest.mark.rule("ERROR-ENVELOPE", "UPSERT-LIST")
@pytest.mark.parametrize("body", list(DISPUTED.values()), ids=list(DISPUTED))
def test_a_body_that_readers_disagree_about_is_a_400_and_stores_nothing(
    api: Api, sandbox: Sandbox, body: bytes
) -> None:
    refused = api.post("/orders", content=body, headers=JSON)
    assert (refused.status_code, complaints(refused)) == (400, {"/data": "JSON parse error"})
    assert sandbox.orders() == []


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize("text", ["[" * 90 + "]" * 90, str(2**64), "1e300", '"\\ud83d\\ude00"', '"\\u0000"'])
def test_what_every_reader_understands_is_stored_and_comes_back(api: Api, text: str) -> None:
    answer = api.post("/orders", content=with_property(text), headers=JSON)
    assert answer.status_code == 201
    (stored,) = api.read(answer.json()["data"][0]["id"])["order_details"]["order_items"]
    assert stored["properties"]["p"] == json.loads(text)


@pytest.mark.rule("UPSERT-BOUNDS")
@pytest.mark.parametrize("quantity", [str(2**63), str(2**64), "1e300"])
def test_a_whole_number_of_more_than_64_bits_is_refused_by_its_field(api: Api, quantity: str) -> None:
    body = json.dumps([order("A")]).replace('"quantity": 2', f'"quantity": {quantity}')
    refused = api.post("/orders", content=body.encode(), headers=JSON)
    assert complaints(refused) == {
        "/data/attributes/[0]/order_details/order_items/0/quantity": (
            "Input should be less than or equal to 9223372036854775807"
        )
    }


@pytest.mark.rule("LIST-INTEGRATION-UNKNOWN")
def test_a_filter_of_five_thousand_digits_is_an_unknown_integration(api: Api) -> None:
    refused = api.get("/orders", params={"integration": "9" * 5000})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "invalid_choice")
