"""Settings: each one that is wrong is told before anything is sent, and no secret is told with it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.fake_service import FakeService
from sendcloud_orders import (
    AppInfo,
    AsyncOrdersClient,
    BasicCredentials,
    Clock,
    ConfigurationError,
    OrdersClient,
    __version__,
)
from sendcloud_orders.addresses import check_base_url, check_token_url, is_loopback
from sendcloud_orders.app_info import user_agent
from sendcloud_orders.environment import read_environment

ENVIRONMENT = {
    "SENDCLOUD_PUBLIC_KEY": "public",
    "SENDCLOUD_SECRET_KEY": "hidden-in-tests",
    "SENDCLOUD_BASE_URL": "https://panel.sendcloud.sc/api/v3",
}


@pytest.mark.parametrize("client", [OrdersClient, AsyncOrdersClient])
def test_a_client_is_made_from_the_environment(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert repr(client.from_env()) == f"{client.__name__}(base_url='https://panel.sendcloud.sc/api/v3')"


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize("missing", ENVIRONMENT)
def test_a_variable_that_is_missing_or_empty_is_named(missing: str, value: str | None) -> None:
    environment = {**ENVIRONMENT, missing: value or ""}
    if value is None:
        del environment[missing]
    with pytest.raises(ConfigurationError, match=missing) as caught:
        read_environment(environment)
    assert "hidden" not in str(caught.value)


def test_an_empty_environment_is_told_in_one_error_that_names_all_it_lacks() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_environment({})
    assert all(name in str(caught.value) for name in ENVIRONMENT)


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://panel.sendcloud.sc/api/v3", "https://panel.sendcloud.sc/api/v3"),
        (" https://panel.sendcloud.sc/api/v3/ ", "https://panel.sendcloud.sc/api/v3"),
        ("http://127.0.0.1:8000/api/v3", "http://127.0.0.1:8000/api/v3"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.1.2.3/api/v3", "http://127.1.2.3/api/v3"),
        ("http://[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]"),
        ("http://orders.localhost:8000", "http://orders.localhost:8000"),
        ("http://LOCALHOST.:8000", "http://LOCALHOST.:8000"),
        ("https://bücher.example/api/v3", "https://bücher.example/api/v3"),
        ("https://orders_stand_in:8443", "https://orders_stand_in:8443"),
        ("https://10.0.0.1/v3", "https://10.0.0.1/v3"),
    ],
)
def test_a_usable_base_url_is_taken_without_its_last_slash(url: str, clean: str) -> None:
    assert check_base_url(url) == clean


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "https://"),
        ("panel.sendcloud.sc/api/v3", "https://"),
        ("ftp://panel.sendcloud.sc", "https://"),
        ("https://", "host"),
        ("https:///api/v3", "host"),
        ("https://panel.sendcloud.sc/api/v3?key=1", "query"),
        ("https://panel.sendcloud.sc/api/v3#top", "fragment"),
        ("https://user:hidden-in-tests@panel.sendcloud.sc", "credentials"),
        ("http://panel.sendcloud.sc/api/v3", "https"),
        ("http://127.0.0.1.example.com", "https"),
        ("https://panel.sendcloud.sc:port", "URL"),
        ("https://[broken", "URL"),
        ("https://[::1", "URL"),
        ("https://[fe80::zz]", "URL"),
        ("https://panel.sendcloud.sc:99999/api/v3", "URL"),
        ("https://panel.sendcloud.sc:-1", "URL"),
        ("https://panel.sendcloud.sc:0", "port"),
        ("https://panel..sendcloud.sc/api/v3", "host"),
        ("https://-", "host"),
        ("https://-panel.sendcloud.sc", "host"),
        ("https://.sendcloud.sc", "host"),
        ("https://" + "a" * 64 + ".example", "host"),
        ("https://" + "a." * 130 + "example", "host"),
        ("https://panel%2esendcloud.sc", "host"),
        ("https://panel,sendcloud.sc", "host"),
        ("https://256.1.1.1", "host"),
        ("https://127.1", "host"),
        ("https://b\u200bücher..example", "control character|host"),
        ("https://panel sendcloud.sc", "blank"),
        ("https://panel.sendcloud.sc/api\n/v3", "line break"),
        ("https://panel.sendcloud.sc/\x00", "control character"),
        ("https://@panel.sendcloud.sc", "credentials"),
        ("http://127.0.0.1@evil.example", "credentials"),
        ("http://2130706433", "host"),
        ("http://0.0.0.0", "https"),
        ("http://localhost.evil.example", "https"),
        ("https://panel.sendcloud.sc/api/v2", "https://panel.sendcloud.sc/api/v3"),
        ("https://panel.sendcloud.sc/api/v2/orders", "v3"),
        ("http://127.0.0.1:8000/v2/", "http://127.0.0.1:8000/v3"),
        *((odd, "URL") for odd in (None, 5, b"https://panel.sendcloud.sc", Path("/api"), (), True)),
    ],
)
def test_a_base_url_that_cannot_be_right_is_refused_with_the_reason(url: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        check_base_url(url, source="SENDCLOUD_BASE_URL")
    assert "SENDCLOUD_BASE_URL" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("client", [OrdersClient, AsyncOrdersClient])
@pytest.mark.parametrize("credentials", [("public", "hidden"), "public:hidden", None])
def test_credentials_of_another_type_are_refused_without_being_shown(client: Any, credentials: Any) -> None:
    with pytest.raises(ConfigurationError, match="BasicCredentials") as caught:
        client(credentials)
    assert "hidden" not in str(caught.value)


@pytest.mark.rule("UPSERT-PARTNER")
def test_a_partner_id_that_is_no_uuid_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="UUID"):
        OrdersClient(BasicCredentials("public", "hidden"), partner_id="partner-7")


def test_the_user_agent_names_this_package_its_version_and_the_program() -> None:
    assert user_agent(None).startswith(f"sendcloud-orders/{__version__} (Python 3.")
    assert user_agent(AppInfo("shop-sync", "2.1")).endswith(" shop-sync/2.1")


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "a/b", "café", 5, None, b"shop", ["shop"]])
def test_a_program_name_that_would_break_the_header_is_refused(text: Any) -> None:
    with pytest.raises(ConfigurationError):
        AppInfo(text)


@pytest.mark.parametrize("version", ["two words", 2.1, 0, None, b"", []])
def test_a_program_s_version_that_would_break_the_header_is_refused(version: Any) -> None:
    with pytest.raises(ConfigurationError):
        AppInfo("shop-sync", version)


@pytest.mark.parametrize("name", [field.name for field in fields(Clock)])
@pytest.mark.parametrize("odd", [5, None, "now"])
def test_a_clock_takes_functions(name: str, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"Clock.{name}"):
        Clock(**{name: odd})


@pytest.mark.parametrize("client", [OrdersClient, AsyncOrdersClient])
@pytest.mark.parametrize("setting", ["retry", "pace", "hooks", "app_info", "clock"])
@pytest.mark.parametrize("odd", [3, 0, "", print, object()])
def test_a_setting_of_another_type_is_refused_by_its_name(client: Any, setting: str, odd: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{setting} should be a"):
        client(BasicCredentials("public", "hidden"), **{setting: odd})


# ---------------------------------------------------------------- this very machine


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1", "localhost", "LocalHost", "localhost.", "a.localhost"],
)
def test_this_machine_is_known_by_all_its_names_for_either_url(host: str) -> None:
    url = f"http://[{host}]/x" if ":" in host else f"http://{host}/x"
    assert is_loopback(host)
    assert check_base_url(url) == check_token_url(url) == url


@pytest.mark.parametrize(
    "host",
    ["128.0.0.1", "0.0.0.0", "::", "10.0.0.1", "localhost.example", "notlocalhost", "127.0.0.1.example", "localhos"],
)
def test_no_other_machine_is_taken_for_it_by_either_url(host: str) -> None:
    url = f"http://[{host}]/x" if ":" in host else f"http://{host}/x"
    assert not is_loopback(host)
    for check in (check_base_url, check_token_url):
        with pytest.raises(ConfigurationError, match="plain http"):
            check(url)


@pytest.mark.parametrize("client", [OrdersClient, AsyncOrdersClient])
@pytest.mark.parametrize("host", ["\u2603.example", "a\u0308.example", "a\u200db.example"])
def test_a_host_that_is_no_name_of_the_internet_is_refused_when_the_client_is_made(client: Any, host: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        client(BasicCredentials("public", "hidden"), base_url=f"https://{host}/api/v3")


@given(st.text() | st.text("htps:/[]@.%#?0123456789abc-\\ ", max_size=30).map(lambda rest: f"https://{rest}"))
def test_whatever_text_is_given_for_a_url_it_can_be_used_or_is_refused(text: str) -> None:
    try:
        url = check_base_url(text)
    except ConfigurationError:
        return
    try:
        OrdersClient(BasicCredentials("public", "hidden"), base_url=url, transport=FakeService().transport).close()
    except ConfigurationError:
        return
    assert httpx.URL(url).host
