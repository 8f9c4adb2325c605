"""Credentials without a network: the token endpoint is a function that counts how often it is asked."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.fake_service import FakeService, answer_with
from doubles.virtual_time import VirtualTime
from sendcloud_orders import OrdersClient
from sendcloud_orders.addresses import PRODUCTION, TOKEN_URL
from sendcloud_orders.auth import (
    BasicCredentials,
    CallableCredentials,
    Credentials,
    OAuth2Credentials,
)
from sendcloud_orders.environment import credentials_from_env
from sendcloud_orders.errors import (
    AuthenticationError,
    ConfigurationError,
    ContractError,
    RateLimitError,
    SendcloudError,
    ServerError,
    TransportError,
)

BASIC = {"SENDCLOUD_PUBLIC_KEY": "public", "SENDCLOUD_SECRET_KEY": "secret"}
OAUTH2 = {"SENDCLOUD_CLIENT_ID": "client", "SENDCLOUD_CLIENT_SECRET": "secret"}


class TokenEndpoint:
    """Answer with token 1, token 2 and so on, unless told to answer otherwise."""

    def __init__(self, lifetime: object = 3600) -> None:
        self.lifetime = lifetime
        self.asked: list[tuple[str, dict[str, str], str, str]] = []
        self.answers: list[tuple[int, bytes] | Exception] = []

    def __call__(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        self.asked.append((url, dict(form), user, password))
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        token = {"access_token": f"ory_at_{len(self.asked)}", "token_type": "bearer", "expires_in": self.lifetime}
        return 200, json.dumps(token).encode()

    async def later(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        await asyncio.sleep(1)
        return self(url, form, user, password)


@pytest.fixture
def endpoint() -> TokenEndpoint:
    return TokenEndpoint()


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def credentials(endpoint: TokenEndpoint, time: VirtualTime) -> OAuth2Credentials:
    return OAuth2Credentials("client", "s3cret", fetch=endpoint, fetch_async=endpoint.later, clock=time.clock)


# --- Basic ------------------------------------------------------------------------------------------------------------


@given(
    public_key=st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters=":"), min_size=1),
    secret_key=st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1),
)
@pytest.mark.rule("AUTH-BASIC")
def test_basic_is_both_keys_in_utf8_and_base64(public_key: str, secret_key: str) -> None:
    scheme, _, encoded = BasicCredentials(public_key, secret_key).authorization().partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(encoded).decode() == f"{public_key}:{secret_key}"


@pytest.mark.rule("AUTH-BASIC")
def test_both_clients_send_the_same_basic_header() -> None:
    credentials = BasicCredentials("public", "secret")
    assert asyncio.run(credentials.authorization_async()) == credentials.authorization()


@pytest.mark.rule("AUTH-REFUSED")
def test_basic_keys_that_were_refused_are_not_tried_again() -> None:
    credentials = BasicCredentials("public", "secret")
    assert credentials.renew(credentials.authorization()) is False
    assert asyncio.run(credentials.renew_async(credentials.authorization())) is False


@pytest.mark.parametrize("broken", ["", "key\n", "key\r\nHost: evil", " key", "k\x00y", "k y"])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("SENDCLOUD_PUBLIC_KEY", lambda broken: BasicCredentials(broken, "secret")),
        ("SENDCLOUD_SECRET_KEY", lambda broken: BasicCredentials("public", broken)),
        ("SENDCLOUD_CLIENT_ID", lambda broken: OAuth2Credentials(broken, "secret")),
        ("SENDCLOUD_CLIENT_SECRET", lambda broken: OAuth2Credentials("client", broken)),
    ],
)
def test_a_key_that_is_empty_or_breaks_a_line_is_refused_by_the_name_of_its_variable(
    broken: str, name: str, make: Callable[[str], object]
) -> None:
    with pytest.raises(ConfigurationError, match=name):
        make(broken)


def test_a_colon_in_the_public_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="colon"):
        BasicCredentials("public:secret", "secret")


@pytest.mark.parametrize("odd", [5, None, b"key", ["key"], True])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("SENDCLOUD_PUBLIC_KEY", lambda odd: BasicCredentials(odd, "secret")),
        ("SENDCLOUD_SECRET_KEY", lambda odd: BasicCredentials("public", odd)),
        ("SENDCLOUD_CLIENT_ID", lambda odd: OAuth2Credentials(odd, "secret")),
        ("SENDCLOUD_CLIENT_SECRET", lambda odd: OAuth2Credentials("client", odd)),
    ],
)
def test_a_key_that_is_no_text_is_refused_by_the_name_of_its_variable(
    odd: object, name: str, make: Callable[[object], object]
) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}.*should be a text"):
        make(odd)


ODD_SCOPES: list[Any] = [5, ["read:order"], b"read:order", "read\norder", "é"]
ODD_FUNCTIONS: list[Any] = [5, "fetch", []]


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        *(("scope", odd) for odd in ODD_SCOPES),
        *((name, odd) for name in ("fetch", "fetch_async", "clock") for odd in ODD_FUNCTIONS),
    ],
)
def test_another_argument_of_a_wrong_type_is_refused_by_its_name(name: str, odd: object) -> None:
    with pytest.raises(ConfigurationError, match=name):
        OAuth2Credentials("client", "s3cret", **{name: odd})  # type: ignore[arg-type]


# --- OAuth2: one token ------------------------------------------------------------------------------------------------


@pytest.mark.rule("AUTH-OAUTH")
def test_the_token_request_is_a_client_credentials_grant_with_the_secret_as_basic(endpoint: TokenEndpoint) -> None:
    OAuth2Credentials("client", "s3cret", scope="read:order write:order", fetch=endpoint).authorization()
    form = {"grant_type": "client_credentials", "scope": "read:order write:order"}
    assert endpoint.asked == [(TOKEN_URL, form, "client", "s3cret")]


@pytest.mark.rule("AUTH-OAUTH")
def test_without_a_scope_none_is_asked_for(endpoint: TokenEndpoint, credentials: OAuth2Credentials) -> None:
    credentials.authorization()
    assert endpoint.asked[0][1] == {"grant_type": "client_credentials"}


@pytest.mark.rule("AUTH-OAUTH")
def test_one_token_serves_many_requests(endpoint: TokenEndpoint, credentials: OAuth2Credentials) -> None:
    assert {credentials.authorization() for _ in range(5)} == {"Bearer ory_at_1"}
    assert len(endpoint.asked) == 1


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize(("passed", "token"), [(3539, "Bearer ory_at_1"), (3541, "Bearer ory_at_2")])
def test_a_token_is_renewed_a_minute_before_it_ends(
    credentials: OAuth2Credentials, time: VirtualTime, passed: float, token: str
) -> None:
    credentials.authorization()
    time.sleep(passed)
    assert credentials.authorization() == token


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize(
    "lifetime", [None, 0, "3600", -1, "-1", "nan", "inf", "soon", "", True, [], {}, "1e999", "9" * 5000, 10**400]
)
def test_a_lifetime_that_is_missing_or_odd_is_taken_for_the_usual_one(time: VirtualTime, lifetime: object) -> None:
    endpoint = TokenEndpoint(lifetime)
    credentials = OAuth2Credentials("client", "s3cret", fetch=endpoint, clock=time.clock)
    credentials.authorization()
    time.sleep(3500)
    credentials.authorization()
    assert len(endpoint.asked) == 1


@pytest.mark.rule("AUTH-OAUTH")
def test_a_token_shorter_than_two_minutes_is_used_for_half_its_time(time: VirtualTime) -> None:
    endpoint = TokenEndpoint(lifetime=30)
    credentials = OAuth2Credentials("client", "s3cret", fetch=endpoint, clock=time.clock)
    tokens = []
    for _ in range(4):
        tokens.append(credentials.authorization())
        time.sleep(10)
    assert tokens == ["Bearer ory_at_1", "Bearer ory_at_1", "Bearer ory_at_2", "Bearer ory_at_2"]


# --- OAuth2: one request under way ------------------------------------------------------------------------------------


@pytest.mark.rule("AUTH-OAUTH")
def test_threads_that_need_a_token_at_once_wait_for_one_request() -> None:
    endpoint = TokenEndpoint()
    all_here = threading.Barrier(8)
    answering = threading.Event()

    def slow(url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        assert answering.wait(10)
        return endpoint(url, form, user, password)

    credentials = OAuth2Credentials("client", "s3cret", fetch=slow)

    def ask() -> str:
        if all_here.wait(10) == 0:
            answering.set()
        return credentials.authorization()

    with ThreadPoolExecutor(8) as threads:
        tokens = {future.result() for future in [threads.submit(ask) for _ in range(8)]}
    assert (tokens, len(endpoint.asked)) == ({"Bearer ory_at_1"}, 1)


@pytest.mark.rule("AUTH-OAUTH")
def test_tasks_that_need_a_token_at_once_wait_for_one_request(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    async def run() -> list[str]:
        return await asyncio.gather(*(credentials.authorization_async() for _ in range(8)))

    assert set(time.run(run())) == {"Bearer ory_at_1"}
    assert len(endpoint.asked) == 1


@pytest.mark.rule("AUTH-OAUTH")
def test_a_thread_waits_for_the_token_request_of_an_event_loop_in_another(endpoint: TokenEndpoint) -> None:
    under_way = threading.Event()
    thread_asked = threading.Event()

    async def fetch(url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]:
        under_way.set()
        await asyncio.to_thread(thread_asked.wait, 10)
        return endpoint(url, form, user, password)

    def never(*_: object) -> tuple[int, bytes]:
        raise AssertionError("a second token request")

    credentials = OAuth2Credentials("client", "s3cret", fetch=never, fetch_async=fetch)
    with ThreadPoolExecutor(2) as threads:
        task = threads.submit(asyncio.run, credentials.authorization_async())
        assert under_way.wait(10)
        plain = threads.submit(credentials.authorization)
        thread_asked.set()
        assert plain.result(10) == task.result(10) == "Bearer ory_at_1"


@pytest.mark.rule("AUTH-OAUTH")
def test_a_plain_call_inside_an_event_loop_does_not_wait_for_a_task_of_that_loop(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    async def run() -> tuple[str, str]:
        task = asyncio.create_task(credentials.authorization_async())
        await asyncio.sleep(0.5)
        return credentials.authorization(), await task

    assert time.run(run()) == ("Bearer ory_at_1", "Bearer ory_at_2")


@pytest.mark.rule("AUTH-OAUTH")
def test_when_the_task_that_fetches_is_cancelled_another_fetches(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    async def run() -> str:
        first = asyncio.create_task(credentials.authorization_async())
        await asyncio.sleep(0.1)
        second = asyncio.create_task(credentials.authorization_async())
        await asyncio.sleep(0.1)
        first.cancel()
        return await second

    assert time.run(run()) == "Bearer ory_at_1"


@pytest.mark.rule("AUTH-OAUTH")
def test_a_task_that_waits_may_be_cancelled_without_harm_to_the_others(
    credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    async def run() -> str:
        first = asyncio.create_task(credentials.authorization_async())
        await asyncio.sleep(0.1)
        second = asyncio.create_task(credentials.authorization_async())
        await asyncio.sleep(0.1)
        second.cancel()
        return await first

    assert time.run(run()) == "Bearer ory_at_1"


@pytest.mark.rule("AUTH-OAUTH")
def test_a_failure_reaches_all_who_waited_and_is_forgotten(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    endpoint.answers = [(503, b"")]

    async def run() -> list[str | BaseException]:
        return await asyncio.gather(*(credentials.authorization_async() for _ in range(3)), return_exceptions=True)

    assert [type(outcome) for outcome in time.run(run())] == [ServerError] * 3
    assert credentials.authorization() == "Bearer ory_at_2"


@pytest.mark.rule("AUTH-OAUTH")
def test_clients_with_transports_of_their_own_share_one_token(endpoint: TokenEndpoint) -> None:
    credentials = OAuth2Credentials("client", "s3cret")
    one = credentials.through(fetch=endpoint)
    other = credentials.through(fetch_async=endpoint.later)
    assert one.authorization() == asyncio.run(other.authorization_async()) == "Bearer ory_at_1"


def test_a_client_does_not_replace_the_fetch_that_the_caller_gave(endpoint: TokenEndpoint) -> None:
    unused = TokenEndpoint()
    OAuth2Credentials("client", "s3cret", fetch=endpoint).through(fetch=unused).authorization()
    assert (len(endpoint.asked), len(unused.asked)) == (1, 0)


def test_without_a_way_to_send_the_token_request_the_error_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="hand it to a client"):
        OAuth2Credentials("client", "s3cret").authorization()


# --- OAuth2: refusals -------------------------------------------------------------------------------------------------


@pytest.mark.rule("AUTH-REFUSED")
def test_a_token_that_was_refused_is_renewed_once_for_all_who_held_it(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials
) -> None:
    rejected = credentials.authorization()
    assert credentials.renew(rejected) is True
    assert credentials.authorization() == "Bearer ory_at_2"
    assert asyncio.run(credentials.renew_async(rejected)) is True
    assert credentials.authorization() == "Bearer ory_at_2"


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize("trouble", [(429, b""), (503, b"<html>"), OSError("connection lost")])
def test_trouble_at_the_token_endpoint_does_not_end_a_token_that_still_lasts(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime, trouble: tuple[int, bytes] | Exception
) -> None:
    credentials.authorization()
    time.sleep(3550)
    endpoint.answers = [trouble]
    assert credentials.authorization() == "Bearer ory_at_1"
    assert credentials.authorization() == "Bearer ory_at_3"


@pytest.mark.rule("AUTH-OAUTH")
def test_trouble_at_the_token_endpoint_shows_once_the_token_has_ended(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, time: VirtualTime
) -> None:
    credentials.authorization()
    time.sleep(3601)
    endpoint.answers = [(503, b"")]
    with pytest.raises(ServerError):
        credentials.authorization()


HYDRA = {
    "error": "invalid_client",
    "error_description": "Client authentication failed for client with s3cret.",
    "error_hint": "The OAuth 2.0 Client 'client' is unknown.",
    "status_code": 401,
}
"""A refusal in the shape of the token endpoint, which here quotes what it was sent."""


@pytest.mark.rule("AUTH-REFUSED")
def test_a_refused_client_is_told_what_to_check_without_being_quoted(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials
) -> None:
    endpoint.answers = [(401, json.dumps(HYDRA).encode())]
    with pytest.raises(AuthenticationError) as caught:
        credentials.authorization()
    said = str(caught.value)
    assert "invalid_client" in said
    assert "SENDCLOUD_CLIENT_SECRET" in said
    assert "s3cret" not in said
    assert "'client'" not in said


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error": "invalid_scope", "error_description": "not granted"}', ConfigurationError),
        (400, b'{"error": "unauthorized_client"}', ConfigurationError),
        (400, b'{"error": "invalid_client"}', AuthenticationError),
        (403, b"", AuthenticationError),
        (404, b"<html>", AuthenticationError),
        (429, b'{"error": "slow"}', RateLimitError),
        (500, b"[]", ServerError),
        (520, b"", ServerError),
        (302, b"", SendcloudError),
        (200, b"<html>", ContractError),
        (200, b'{"token_type": "bearer"}', ContractError),
        (200, b'{"access_token": null}', ContractError),
        (200, b'{"access_token": ""}', ContractError),
        (200, b'{"access_token": "a\\r\\nHost: evil"}', ContractError),
        (200, b'{"access_token": 5}', ContractError),
        (200, b'{"access_token": ["a"]}', ContractError),
        (200, b'{"access_token": "a", "token_type": "mac"}', ContractError),
        (200, b'{"access_token": "a", "token_type": 5}', ContractError),
        (200, b"\xff\xfe", ContractError),
        (200, b'{"access_token": "\xff"}', ContractError),
        (200, b'{"x": ' + b"[" * 100_000, ContractError),
        (200, b"null", ContractError),
        (200, b"", ContractError),
        (204, b"", ContractError),
    ],
)
def test_each_bad_answer_of_the_token_endpoint_is_one_typed_error(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, status: int, body: bytes, kind: type[Exception]
) -> None:
    endpoint.answers = [(status, body)]
    with pytest.raises(kind):
        credentials.authorization()


@pytest.mark.parametrize(
    "url", ["http://account.sendcloud.com/oauth2/token", "account.sendcloud.com", "https://user:pw@host/token", ""]
)
def test_a_token_url_that_would_give_the_secret_away_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        OAuth2Credentials("client", "s3cret", url)


@pytest.mark.parametrize("url", [5, None, b"https://host/token", "https://host..example/token", "https://host/token#x"])
def test_a_token_url_that_is_none_is_refused(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="token_url"):
        OAuth2Credentials("client", "s3cret", url)


def test_a_token_url_on_this_machine_may_be_plain_http(endpoint: TokenEndpoint) -> None:
    OAuth2Credentials("client", "s3cret", "http://127.0.0.1:8000/oauth2/token", fetch=endpoint).authorization()
    assert endpoint.asked[0][0] == "http://127.0.0.1:8000/oauth2/token"


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize("kind", ["bearer", "Bearer", "BEARER", None])
def test_a_bearer_token_is_one_in_any_spelling(
    endpoint: TokenEndpoint, credentials: OAuth2Credentials, kind: str | None
) -> None:
    endpoint.answers = [(200, json.dumps({"access_token": "ory_at_1", "token_type": kind}).encode())]
    assert credentials.authorization() == "Bearer ory_at_1"


@pytest.mark.parametrize("odd", [None, 5, "text", (200,), (200, "text"), ("200", b""), (200, b"", {}), object()])
def test_a_fetch_that_gives_no_answer_is_a_wrong_setting(odd: Any) -> None:
    async def later(*_: object) -> Any:
        return odd

    credentials = OAuth2Credentials("client", "s3cret", fetch=lambda *_: odd, fetch_async=later)
    with pytest.raises(ConfigurationError, match="a pair of int and bytes"):
        credentials.authorization()
    with pytest.raises(ConfigurationError, match="a pair of int and bytes"):
        asyncio.run(credentials.authorization_async())


@pytest.mark.parametrize("error", [OSError("planted"), RuntimeError("planted"), TypeError("planted")])
def test_what_a_fetch_raises_is_the_cause_of_a_transport_error(error: Exception) -> None:
    def fetch(*_: object) -> tuple[int, bytes]:
        raise error

    with pytest.raises(TransportError, match=type(error).__name__) as caught:
        OAuth2Credentials("client", "s3cret", fetch=fetch).authorization()
    assert caught.value.__cause__ is error
    assert "planted" not in str(caught.value)


# --- a callable -------------------------------------------------------------------------------------------------------


def test_a_callable_is_asked_at_each_request() -> None:
    values = iter(["Bearer one", "Bearer two"])
    credentials = CallableCredentials(lambda: next(values))
    assert [credentials.authorization(), asyncio.run(credentials.authorization_async())] == ["Bearer one", "Bearer two"]


def test_a_function_that_has_run_out_is_told_of_and_keeps_nobody_waiting() -> None:
    values: Iterator[str] = iter(())
    credentials = CallableCredentials(lambda: next(values))
    with pytest.raises(ConfigurationError, match="raised StopIteration"):
        credentials.authorization()
    with pytest.raises(ConfigurationError, match="raised StopIteration"):
        asyncio.run(asyncio.wait_for(credentials.authorization_async(), timeout=10))


def test_a_coroutine_function_serves_the_async_client() -> None:
    async def vault() -> str:
        return "Bearer one"

    assert asyncio.run(CallableCredentials(vault).authorization_async()) == "Bearer one"


def test_a_coroutine_function_under_the_sync_client_is_a_clear_error() -> None:
    async def vault() -> str:
        return "Bearer one"

    with pytest.raises(ConfigurationError, match="AsyncOrdersClient"):
        CallableCredentials(vault).authorization()


@pytest.mark.rule("AUTH-REFUSED")
def test_a_callable_that_gives_another_value_after_a_401_is_worth_a_retry() -> None:
    values = iter(["Bearer two", "Bearer two", "Bearer three"])
    credentials = CallableCredentials(lambda: next(values))
    assert credentials.renew("Bearer one") is True
    assert credentials.renew("Bearer two") is False
    assert asyncio.run(credentials.renew_async("Bearer two")) is True


@pytest.mark.parametrize(
    "value", ["", "token", "Bearer ", " token", "Bearer a\r\nHost: evil", "Bearer é", None, b"Bearer a"]
)
def test_a_callable_that_gives_no_whole_header_is_refused_without_quoting_it(value: object) -> None:
    credentials = CallableCredentials(lambda: value)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="Bearer <token>") as caught:
        credentials.authorization()
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize("odd", [5, None, "Bearer token", []])
def test_what_cannot_be_called_is_refused_at_once(odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="CallableCredentials"):
        CallableCredentials(odd)


@pytest.mark.parametrize("odd", [5, None, b"account"])
def test_an_account_that_is_no_text_is_refused(odd: Any) -> None:
    with pytest.raises(ConfigurationError, match="account"):
        CallableCredentials(lambda: "Bearer one", account=odd)


def test_a_plain_function_may_give_a_coroutine_to_the_async_client_alone() -> None:
    async def vault() -> str:
        return "Bearer one"

    credentials = CallableCredentials(lambda: vault())
    assert asyncio.run(credentials.authorization_async()) == "Bearer one"
    with pytest.raises(ConfigurationError, match="AsyncOrdersClient"):
        credentials.authorization()


class Own:
    """Credentials of the caller's own class, which do what they should not."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def authorization(self) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def authorization_async(self) -> Any:
        return self.authorization()

    def renew(self, rejected: str) -> bool:
        raise LookupError("planted")

    async def renew_async(self, rejected: str) -> bool:
        raise LookupError("planted")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", [LookupError("planted"), OSError("planted"), b"Bearer planted", None, 5])
@pytest.mark.parametrize("make", [Own, lambda outcome: CallableCredentials(Own(outcome).authorization)])
def test_whatever_is_wrong_with_credentials_of_the_callers_own_is_a_wrong_setting(
    kind: ClientKind, outcome: Any, make: Callable[[Any], Any]
) -> None:
    client = Driven(kind, FakeService(), credentials=make(outcome))
    with pytest.raises(ConfigurationError) as caught:
        client.get(669)
    client.close()
    assert "planted" not in str(caught.value)
    if isinstance(outcome, Exception):
        assert caught.value.__cause__ is outcome


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("kind", KINDS)
def test_a_renewal_that_fails_leaves_the_refusal(kind: ClientKind) -> None:
    service = FakeService([answer_with(lambda: httpx.Response(401))] * 2)
    client = Driven(kind, service, credentials=Own("Bearer stale"))
    with pytest.raises(AuthenticationError):
        client.get(669)
    client.close()
    assert len(service.sent) == 2


# --- the environment --------------------------------------------------------------------------------------------------


@pytest.mark.rule("AUTH-BASIC")
def test_a_public_and_a_secret_key_make_basic_credentials() -> None:
    expected = BasicCredentials("public", "secret").authorization()
    assert credentials_from_env(BASIC).authorization() == expected


@pytest.mark.rule("AUTH-OAUTH")
def test_a_client_id_and_secret_make_oauth2_credentials() -> None:
    assert isinstance(credentials_from_env(OAUTH2), OAuth2Credentials)


@pytest.mark.rule("AUTH-OAUTH")
def test_tokens_come_from_the_services_own_endpoint_unless_another_is_named() -> None:
    elsewhere = {"SENDCLOUD_TOKEN_URL": "https://tokens.example/oauth2/token"}
    bases: tuple[dict[str, str], ...] = ({}, {"SENDCLOUD_BASE_URL": PRODUCTION})
    for base in bases:
        assert oauth2_from(OAUTH2 | base).token_url == "https://account.sendcloud.com/oauth2/token"
        assert oauth2_from(OAUTH2 | base | elsewhere).token_url == elsewhere["SENDCLOUD_TOKEN_URL"]


@pytest.mark.rule("AUTH-OAUTH")
@pytest.mark.parametrize("token_url", [None, "", "  "])
def test_the_secret_of_another_server_is_not_sent_to_the_service(token_url: str | None) -> None:
    environ = OAUTH2 | {"SENDCLOUD_BASE_URL": "https://staging.example/api/v3"}
    if token_url is not None:
        environ["SENDCLOUD_TOKEN_URL"] = token_url
    with pytest.raises(ConfigurationError, match="SENDCLOUD_TOKEN_URL is not set") as caught:
        OrdersClient.from_env(environ)
    assert "https://staging.example/oauth2/token" in str(caught.value)
    assert "sendcloud.com" not in str(caught.value)


def test_a_token_url_that_would_show_the_secret_is_refused_by_its_name() -> None:
    with pytest.raises(ConfigurationError, match="SENDCLOUD_TOKEN_URL"):
        credentials_from_env(OAUTH2 | {"SENDCLOUD_TOKEN_URL": "http://tokens.example/oauth2/token"})


def oauth2_from(environ: dict[str, str]) -> OAuth2Credentials:
    credentials = credentials_from_env(environ)
    assert isinstance(credentials, OAuth2Credentials)
    return credentials


def test_what_is_set_to_nothing_counts_as_not_set_beside_a_whole_pair() -> None:
    assert isinstance(credentials_from_env(BASIC | dict.fromkeys(OAUTH2, "")), BasicCredentials)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SENDCLOUD_PUBLIC_KEY and SENDCLOUD_SECRET_KEY"),
        (BASIC | OAUTH2, "either Basic or OAuth2"),
        (BASIC | {"SENDCLOUD_CLIENT_ID": "client"}, "either Basic or OAuth2"),
        ({"SENDCLOUD_PUBLIC_KEY": "public"}, "SENDCLOUD_SECRET_KEY is not set"),
        (BASIC | {"SENDCLOUD_PUBLIC_KEY": ""}, "SENDCLOUD_PUBLIC_KEY is empty"),
        ({"SENDCLOUD_CLIENT_SECRET": "secret"}, "SENDCLOUD_CLIENT_ID is not set"),
        (dict.fromkeys(BASIC, ""), "SENDCLOUD_PUBLIC_KEY, SENDCLOUD_SECRET_KEY are set but empty"),
    ],
)
def test_an_environment_that_names_no_one_account_says_which_variable_to_mend(
    environ: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        credentials_from_env(environ)


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "credentials",
    [
        BasicCredentials("planted-id", "planted-secret"),
        OAuth2Credentials("planted-id", "planted-secret", fetch=TokenEndpoint()),
        CallableCredentials(lambda: "Bearer planted-secret"),
    ],
)
def test_no_repr_shows_a_secret(credentials: Credentials) -> None:
    header = credentials.authorization()
    inside = repr(vars(getattr(credentials, "_shared", object))) if hasattr(credentials, "_shared") else ""
    shown = f"{credentials!r} {credentials} {inside}"
    assert "planted" not in shown
    assert header.split()[1] not in shown
