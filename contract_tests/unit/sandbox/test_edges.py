"""Whatever refuses a request before an operation does, the sandbox can word it as frameworks and gateways do."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import Api
from orders.factory import order
from sendcloud_orders_sandbox import Sandbox

MEGABYTE = 1_000_000
JSON = {"Content-Type": "application/json"}
EDGES: dict[str, tuple[int, Callable[[Api], httpx.Response]]] = {
    "missing_page": (404, lambda api: api.get("/parcels")),
    "wrong_method": (405, lambda api: api.put("/orders", json=[order()])),
    "wrong_media_type": (415, lambda api: api.post("/orders", content=b"[]", headers={"Content-Type": "text/csv"})),
    "long_body": (413, lambda api: api.post("/orders", content=b"[" + b" " * MEGABYTE + b"]", headers=JSON)),
}


def page(status: int) -> str:
    reason = HTTPStatus(status).phrase
    return f"<!DOCTYPE html><title>{reason}</title><h1>{reason}</h1>"


def put(sandbox: Sandbox, **values: Any) -> None:
    """Put policies in force, with the smallest limit of a body."""
    sandbox.policies = sandbox.policies.changed(body_limit=MEGABYTE, **values)


@pytest.mark.rule("ERROR-EDGE")
@pytest.mark.parametrize("policy", EDGES)
def test_an_edge_can_answer_with_an_object_of_another_form(api: Api, sandbox: Sandbox, policy: str) -> None:
    status, ask = EDGES[policy]
    put(sandbox)
    [worded] = ask(api).json()["errors"]
    put(sandbox, **{policy: "detail"})
    refused = ask(api)
    assert (refused.status_code, refused.json()) == (status, {"detail": worded["detail"]})


@pytest.mark.rule("ERROR-EDGE")
@pytest.mark.parametrize("policy", EDGES)
def test_an_edge_can_answer_with_a_page(api: Api, sandbox: Sandbox, policy: str) -> None:
    status, ask = EDGES[policy]
    put(sandbox, **{policy: "html"})
    refused = ask(api)
    assert refused.headers["Content-Type"].startswith("text/html")
    assert (refused.status_code, refused.text) == (status, page(status))


@pytest.mark.rule("ERROR-EDGE")
@pytest.mark.parametrize("policy", EDGES)
def test_an_edge_can_answer_with_nothing(api: Api, sandbox: Sandbox, policy: str) -> None:
    status, ask = EDGES[policy]
    put(sandbox, **{policy: "empty"})
    refused = ask(api)
    assert (refused.status_code, refused.content) == (status, b"")


@pytest.mark.rule("ERROR-EDGE", "ERROR-ENVELOPE")
@pytest.mark.parametrize("policy", EDGES)
def test_the_form_of_one_edge_is_not_that_of_the_others(api: Api, sandbox: Sandbox, policy: str) -> None:
    put(sandbox, **{policy: "empty"})
    for other, (status, ask) in EDGES.items():
        if other != policy:
            assert [error["status"] for error in ask(api).json()["errors"]] == [str(status)]


@pytest.mark.rule("ERROR-EDGE", "GET-MISSING")
def test_a_missing_order_keeps_its_words_where_a_missing_page_has_none(api: Api, sandbox: Sandbox) -> None:
    put(sandbox, missing_page="empty")
    [error] = api.get("/orders/1").json()["errors"]
    assert error["detail"] == "The order could not be found with the search criteria given"


@pytest.mark.rule("ERROR-EDGE")
@pytest.mark.parametrize("form", ["errors", "detail", "html", "empty"])
def test_a_method_that_is_not_served_names_those_that_are_in_every_form(api: Api, sandbox: Sandbox, form: str) -> None:
    put(sandbox, wrong_method=form)
    assert set(api.put("/orders").headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.rule("ERROR-EDGE")
@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {}])
def test_a_body_of_any_media_type_can_be_read_as_json(api: Api, sandbox: Sandbox, headers: dict[str, str]) -> None:
    put(sandbox, wrong_media_type="accept")
    content = api.build_request("POST", "/orders", json=[order()]).read()
    assert api.post("/orders", content=content, headers=headers).status_code == 201
    assert api.post("/orders", content=b"a,b", headers=headers).status_code == 400


@pytest.mark.rule("ERROR-SLASH")
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("path", ["/orders", "/orders/669", "/orders/%C3%A9%20%3F"])
def test_a_path_with_a_slash_can_be_redirected_with_its_query(
    api: Api, sandbox: Sandbox, method: str, path: str
) -> None:
    put(sandbox, trailing_slash="redirect")
    moved = api.request(method, f"{path}/", params={"page_size": 1, "order_id": "a b"})
    assert moved.status_code == 308
    assert moved.headers["Location"] == f"/api/v3{path}?page_size=1&order_id=a+b"
    assert api.request(method, f"{path}/").headers["Location"] == f"/api/v3{path}"


@pytest.mark.rule("ERROR-SLASH")
def test_a_redirect_of_a_slash_leads_to_the_operation(api: Api, sandbox: Sandbox) -> None:
    put(sandbox, trailing_slash="redirect")
    assert api.post("/orders/", json=[order()], follow_redirects=True).status_code == 201
    assert [stored["order_id"] for stored in sandbox.orders()] == ["A"]


@pytest.mark.rule("ERROR-SLASH", "ERROR-EDGE")
def test_a_path_with_a_slash_can_be_one_that_is_not_served(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(order())
    put(sandbox, trailing_slash="missing", missing_page="html")
    for path in ("/orders/", f"/orders/{known}/"):
        missing = api.get(path)
        assert (missing.status_code, missing.text) == (404, page(404))
    assert api.delete(f"/orders/{known}/").status_code == 404
    assert api.listed() == ["A"]


@pytest.mark.rule("ERROR-SLASH")
@pytest.mark.parametrize("policy", ["redirect", "missing"])
def test_what_is_the_sandboxs_own_is_served_with_a_slash_all_the_same(api: Api, sandbox: Sandbox, policy: str) -> None:
    put(sandbox, trailing_slash=policy)
    form = {"grant_type": "client_credentials"}
    assert api.post(f"{sandbox.token_url}/", data=form).status_code == 200
    assert api.get(f"{sandbox.control_url}/policies/").json()["trailing_slash"] == policy
