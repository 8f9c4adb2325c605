"""A path that the sandbox does not serve says nothing about an order, in whatever form it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from doubles.both_clients import KINDS, Driven
from orders.factory import order
from sendcloud_orders import BasicCredentials, UnknownAddressError
from sendcloud_orders_sandbox import Policies, Sandbox

FORMS = ("errors", "detail", "html", "empty")
WORK: dict[str, Callable[[Driven], object]] = {
    "get": lambda client: client.get(669),
    "list": lambda client: list(client.list()),
    "delete": lambda client: client.delete(669, missing_ok=True),
    "update": lambda client: client.update(669, {"order_number": "1"}),
    "upsert": lambda client: client.upsert([order()]),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=KINDS)
def lost(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Driven]:
    """Connect a client with a wrong base URL."""
    credentials = BasicCredentials(sandbox.public_key, sandbox.secret_key)
    wrong = sandbox.base_url.replace("v3", "v4")
    with closing(Driven(request.param, None, credentials=credentials, base_url=wrong)) as client:
        yield client


@pytest.mark.rule("ERROR-EDGE", "GET-MISSING", "DELETE-MISSING")
@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("form", FORMS)
def test_a_missing_page_is_never_a_missing_order(lost: Driven, sandbox: Sandbox, form: str, work: str) -> None:
    sandbox.policies = Policies().changed(missing_page=form)
    with pytest.raises(UnknownAddressError, match="does the base URL end with /api/v3"):
        WORK[work](lost)
