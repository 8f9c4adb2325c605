"""Read from the environment which foreign server the suite is to run against, and refuse what cannot work."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from runs.proxies import is_loopback
from sendcloud_orders_sandbox import Policies
from sendcloud_orders_sandbox.policies import UnknownPolicyError

VENDOR = ("sendcloud.sc", "sendcloud.com")


class SettingsError(ValueError):
    """A setting is missing or wrong; the text says which one and what to do."""


@dataclass(frozen=True)
class ForeignTarget:
    """A server that is not ours.

    `patience` is in seconds; `paced` keeps within the service's documented limits; `labels` says that a run may make
    some, which cost money.
    """

    base_url: str
    public_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    integrations: tuple[int, ...]
    paced: bool
    patience: float
    labels: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self | None:
        """Return the server that TARGET names, None when it names none.

        Raises `SettingsError` when TARGET is no base URL, when credentials or integrations are missing, or when TARGET
        is the vendor's own host and nobody said CONFIRM=yes.
        """
        base_url = environment.get("TARGET", "").rstrip("/")
        if not base_url:
            return None
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise SettingsError(f"TARGET must be a base URL such as https://host/api/v3, not {base_url!r}")
        loopback = is_loopback(base_url)
        if parts.scheme == "http" and not loopback:
            raise SettingsError("TARGET must be https: credentials do not travel in clear beyond this machine")
        if parts.hostname.endswith(VENDOR) and environment.get("CONFIRM") != "yes":
            raise SettingsError(
                f"{parts.hostname} is the vendor's live service: this run would store, change and delete orders of its"
                " own in that account. Say CONFIRM=yes if that is what you want."
            )
        return cls(
            base_url,
            _needed(environment, "SENDCLOUD_PUBLIC_KEY"),
            _needed(environment, "SENDCLOUD_SECRET_KEY"),
            _integrations(_needed(environment, "SENDCLOUD_INTEGRATION_IDS")),
            paced=not loopback,
            patience=float(environment.get("SENDCLOUD_PATIENCE") or 30),
            labels=environment.get("LABELS") == "yes",
        )


def probed(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the policies that the file POLICIES names, with their values; None when it names no file.

    Raises `SettingsError` for a file that cannot be read, names no policy or an unknown one, and without a TARGET,
    since the project's own sandbox is held to its own policies.
    """
    path = environment.get("POLICIES", "").strip()
    if not path:
        return None
    if not environment.get("TARGET"):
        raise SettingsError("POLICIES says what a probed TARGET does, and TARGET is not set: name the server as well")
    try:
        policies = Policies.from_toml(path)
        named = tomllib.loads(Path(path).read_text(encoding="utf-8"))["policies"]
    except UnknownPolicyError as error:
        raise SettingsError(f"POLICIES must be a file that `make probe` wrote: {error}") from None
    if not named:
        raise SettingsError(f"POLICIES: the table [policies] of {path} is empty, so that there is nothing to hold")
    return {name: getattr(policies, name) for name in named}


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"TARGET is set, and {name} is not: set it in the environment")
    return value


def _integrations(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(f"SENDCLOUD_INTEGRATION_IDS must be ids separated by commas, not {text!r}") from None
