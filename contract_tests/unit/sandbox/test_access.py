"""The sandbox lets in whom it should, and no faster than documented."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api
from orders.factory import order
from sendcloud_orders_sandbox import Credentials, Policies, Sandbox

OPERATIONS = [
    ("POST", "/orders"),
    ("GET", "/orders"),
    ("GET", "/orders/669"),
    ("PATCH", "/orders/669"),
    ("DELETE", "/orders/669"),
]


def token(sandbox: Sandbox, **form: str) -> str:
    """Fetch a token for the sandbox's own keys."""
    answer = ask_for_token(sandbox, sandbox.secret_key, **{"grant_type": "client_credentials", **form})
    assert answer.is_success, answer.text
    return str(answer.json()["access_token"])


def ask_for_token(sandbox: Sandbox, secret_key: str, **form: str) -> httpx.Response:
    """Ask for a token."""
    return httpx.post(sandbox.token_url, data=form, auth=(sandbox.public_key, secret_key), **PLAIN)


def with_token(sandbox: Sandbox, text: str) -> Api:
    """Call the sandbox with a token."""
    return Api(sandbox, auth=None, headers={"Authorization": f"Bearer {text}"})


@pytest.mark.rule("AUTH-REFUSED", "AUTH-BASIC")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("authorization", ["Basic !", "Basic bmFtZTpwYXNz", "Bearer nothing", "Digest x", "Basic"])
def test_wrong_credentials_are_a_401_on_each_operation(
    api: Api, sandbox: Sandbox, method: str, path: str, authorization: str
) -> None:
    api.create(order())
    before = sandbox.orders()
    response = api.request(method, path, auth=None, headers={"Authorization": authorization})
    assert response.status_code == 401
    assert response.json() == {
        "errors": [
            {
                "status": "401",
                "code": "authentication_failed",
                "detail": "Invalid username/password.",
                "source": {"pointer": "/data"},
            }
        ]
    }
    assert sandbox.orders() == before


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_credentials_are_a_401_with_a_challenge(sandbox: Sandbox, method: str, path: str) -> None:
    with Api(sandbox, auth=None) as api:
        response = api.request(method, path)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["detail"]) == (401, "Authentication credentials were not provided.")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.rule("AUTH-BASIC")
@pytest.mark.parametrize("wrong", ["public", "secret"])
def test_both_keys_must_be_right(sandbox: Sandbox, wrong: str) -> None:
    keys = {"public": sandbox.public_key, "secret": sandbox.secret_key, wrong: "wrong"}
    with Api(sandbox, auth=(keys["public"], keys["secret"])) as api:
        assert api.get("/orders").status_code == 401


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_opens_every_operation(sandbox: Sandbox) -> None:
    with with_token(sandbox, token(sandbox)) as api:
        (known,) = api.create(order())
        assert api.read(known)["order_id"] == "A"
        assert api.delete(f"/orders/{known}").status_code == 204


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_lives_an_hour(sandbox: Sandbox) -> None:
    with with_token(sandbox, token(sandbox)) as api:
        sandbox.advance(3590)
        assert api.get("/orders").status_code == 200
        sandbox.advance(20)
        assert api.get("/orders").status_code == 401


@pytest.mark.rule("AUTH-OAUTH")
def test_a_revoked_token_is_a_401(sandbox: Sandbox) -> None:
    with with_token(sandbox, token(sandbox)) as api:
        sandbox.revoke_tokens()
        assert api.get("/orders").status_code == 401


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize(
    ("scope", "read", "write"), [("read:order", 200, 403), ("write:order", 403, 201), ("api", 200, 201)]
)
def test_a_token_does_what_its_scope_says(sandbox: Sandbox, scope: str, read: int, write: int) -> None:
    with with_token(sandbox, token(sandbox, scope=scope)) as api:
        assert (api.get("/orders").status_code, api.upsert(order()).status_code) == (read, write)


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_answer_names_kind_lifetime_and_scopes(sandbox: Sandbox) -> None:
    answer = ask_for_token(sandbox, sandbox.secret_key, grant_type="client_credentials").json()
    assert answer.pop("access_token").startswith("ory_at_")
    assert {"read:order", "write:order"} <= set(answer.pop("scope").split())
    assert answer == {"token_type": "bearer", "expires_in": 3600}


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize(
    ("secret", "form", "status", "error"),
    [
        ("wrong", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (None, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (None, {}, 400, "unsupported_grant_type"),
        (None, {"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_a_refused_token_has_the_shape_of_oauth(
    sandbox: Sandbox, secret: str | None, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask_for_token(sandbox, secret or sandbox.secret_key, **form)
    document = answer.json()
    assert (answer.status_code, document["status_code"], document["error"]) == (status, status, error)


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_is_asked_for_by_post(sandbox: Sandbox) -> None:
    answer = httpx.get(sandbox.token_url, auth=(sandbox.public_key, sandbox.secret_key), **PLAIN)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_credentials_do_not_show_in_a_repr(sandbox: Sandbox) -> None:
    text = repr(sandbox) + repr(Credentials("public-1", "secret-1"))
    assert not {sandbox.public_key, sandbox.secret_key, "public-1", "secret-1"} & set(text.replace("'", " ").split())
    assert sandbox.secret_key not in text
    assert "secret-1" not in text


@pytest.fixture
def limited() -> Iterator[Api]:
    """Serve a sandbox that keeps the documented rate limits, with its time a thousand times slower than ours."""
    with Sandbox(rate_limit=True, time_scale=0.001) as sandbox, Api(sandbox) as api:
        yield api


@pytest.mark.rule("RATE-LIMIT")
def test_the_16th_write_in_a_row_is_a_429_and_reads_go_on(limited: Api) -> None:
    statuses = [limited.delete("/orders/1").status_code for _ in range(16)]
    assert statuses == [404] * 15 + [429]
    assert limited.get("/orders").status_code == 200


@pytest.mark.one_python
@pytest.mark.rule("RATE-LIMIT")
def test_the_1001st_read_in_a_row_is_a_429(limited: Api) -> None:
    statuses = [limited.get("/orders/1").status_code for _ in range(1001)]
    assert statuses == [404] * 1000 + [429]


@pytest.mark.rule("RATE-LIMIT", "RATE-RETRY-AFTER")
def test_after_the_time_that_a_429_names_a_write_passes() -> None:
    with Sandbox(rate_limit=True) as sandbox, Api(sandbox) as api:
        response = httpx.Response(200)
        while response.status_code != 429:
            response = api.delete("/orders/1")
        sandbox.advance(int(response.headers["Retry-After"]))
        assert api.delete("/orders/1").status_code == 404


@pytest.mark.rule("RATE-LIMIT")
def test_a_minute_lets_100_writes_through() -> None:
    with Sandbox(rate_limit=True, time_scale=0.001) as sandbox, Api(sandbox) as api:
        passed = 0
        for _ in range(60):
            while api.delete("/orders/1").status_code != 429:
                passed += 1
            sandbox.advance(1)
        # The burst of 15 is there from the start, and 59 seconds bring 100 a minute.
        assert passed == 15 + int(59 * 100 / 60)


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_retry_after_comes_as_seconds_as_a_date_or_not_at_all(api: Api, sandbox: Sandbox) -> None:
    def header(**policy: str) -> str | None:
        sandbox.policies = Policies().changed(**policy)
        sandbox.faults.next("429:7")
        response = api.get("/orders")
        assert response.status_code == 429
        value: str | None = response.headers.get("Retry-After")
        return value

    assert header() == "7"
    assert header(retry_after="none") is None
    assert parsedate_to_datetime(header(retry_after="date") or "").tzinfo is not None
