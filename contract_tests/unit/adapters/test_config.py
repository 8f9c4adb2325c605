"""Settings: each one that is wrong is told before anything is sent, and no secret is told with it."""

from __future__ import annotations

from typing import Any

import pytest

from sendcloud_orders import AppInfo, AsyncOrdersClient, BasicCredentials, ConfigurationError, OrdersClient, __version__
from sendcloud_orders.addresses import check_base_url
from sendcloud_orders.config import read_environment, user_agent

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
        (None, "URL"),
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


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "a/b", "café"])
def test_a_program_name_that_would_break_the_header_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        AppInfo(text)
