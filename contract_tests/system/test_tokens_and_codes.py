"""Rules that show only between the adapters and a whole service: how tokens are used, and codes that are not listed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from doubles.both_clients import KINDS, ClientKind, Driven
from orders.realistic import read_orders
from sendcloud_orders import OAuth2Credentials, PermissionDeniedError
from sendcloud_orders_sandbox import Policies, Sandbox

TOKEN = ("POST", "/oauth2/token", 200)
UPSERT = ("POST", "/api/v3/orders", 201)
REFUSED = ("POST", "/api/v3/orders", 401)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(integrations=(41, 68, 93), policies=Policies(error_codes="observed")) as running:
        yield running


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> ClientKind:
    found: ClientKind = request.param
    return found


@contextmanager
def connected(kind: ClientKind, sandbox: Sandbox, scope: str = "read:order write:order") -> Iterator[Driven]:
    credentials = OAuth2Credentials(sandbox.public_key, sandbox.secret_key, sandbox.token_url, scope)
    with closing(Driven(kind, None, credentials=credentials, base_url=sandbox.base_url)) as client:
        yield client


def said(sandbox: Sandbox) -> list[tuple[str, str, int | None]]:
    return [(request.method, request.path, request.status) for request in sandbox.requests]


@pytest.mark.rule("AUTH-OAUTH")
def test_one_token_serves_all_batches_until_the_service_refuses_it(kind: ClientKind, sandbox: Sandbox) -> None:
    with connected(kind, sandbox) as client:
        report = client.upsert(read_orders())
        assert report.ok
        assert said(sandbox) == [TOKEN, *[UPSERT] * report.requests]
        sandbox.revoke_tokens()
        assert client.upsert(read_orders()[:1]).ok
        assert said(sandbox)[-3:] == [REFUSED, TOKEN, UPSERT]


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_that_may_only_read_writes_nothing(kind: ClientKind, sandbox: Sandbox) -> None:
    with connected(kind, sandbox, scope="read:order") as client:
        assert list(client.list()) == []
        with pytest.raises(PermissionDeniedError, match="scope"):
            client.upsert(read_orders()[:1])
    assert sandbox.orders() == []


@pytest.mark.rule("ERROR-CODES-OPEN")
def test_a_code_that_is_not_listed_is_handed_on_with_its_order_and_field(kind: ClientKind, sandbox: Sandbox) -> None:
    good, bad, *_ = read_orders()
    del bad["order_number"]
    with connected(kind, sandbox) as client:
        report = client.upsert([good, bad], on_rejected="isolate", check=False)
    [rejected] = report.rejected
    [error] = rejected.errors
    assert (rejected.position, error.path, error.code) == (1, ("order_number",), "missing")
    assert [accepted.position for accepted in report.accepted] == [0]
