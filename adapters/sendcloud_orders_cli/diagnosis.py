"""What a doctor can say: facts in, findings out; nothing here asks the network or the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sendcloud_orders import (
    AuthenticationError,
    ConfigurationError,
    ContractError,
    NotFoundError,
    PaceLimits,
    PermissionDeniedError,
    RateLimitError,
    SendcloudError,
    ServerError,
    TransportError,
    UnknownAddressError,
)

from .endings import spell_error
from .printing import counted
from .progress import MOST_ORDERS, seconds_at_the_limit, spell_seconds

if TYPE_CHECKING:
    from sendcloud_orders_api.models import ShopIntegration

INTEGRATION_IDS = "SENDCLOUD_INTEGRATION_IDS"
_API = "api"
# Below this a clock is a little off, as all are; the day that a filter compares is still the right one.
_TOLERABLE = 30.0
_SHOWN = 20
_SERVICE = ("sendcloud.sc", "sendcloud.com")


class Level(StrEnum):
    """How good what was found is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where it is not well."""

    level: Level
    topic: str
    said: str
    advice: str = ""


def of_versions(python: str, package: str) -> Finding:
    """Say what runs here."""
    return Finding(Level.OK, "version", f"sendcloud-orders {package} on Python {python}")


def of_settings(problem: str) -> Finding:
    """Say which setting or file cannot be used; `problem` says what to do as well."""
    return Finding(Level.FAIL, "settings", problem)


def of_credentials(file: Path | None) -> Finding:
    """Say where the credentials were found."""
    return Finding(Level.OK, "credentials", f"from {'the environment' if file is None else file}")


def of_base_url(url: str) -> Finding:
    """Say where requests go, and whether that is the service itself."""
    host = urlsplit(url).hostname or ""
    ours = any(host == one or host.endswith(f".{one}") for one in _SERVICE)
    return Finding(Level.OK, "base URL", f"{url}, {'the service itself' if ours else 'not the service itself'}")


def of_proxies(url: str, proxies: Mapping[str, str]) -> Finding:
    """Say which proxies the environment names, by the variable alone: their URLs may hold passwords.

    `proxies` is as `urllib.request.getproxies` gives it.
    """
    named = [f"{kind}_proxy" for kind in (urlsplit(url).scheme, "all") if proxies.get(kind)]
    if not named:
        return Finding(Level.OK, "proxy", "none is set")
    if urlsplit(url).scheme == "http":
        return Finding(Level.OK, "proxy", f"{' and '.join(named)} is set, and this machine is asked directly")
    exempt = f"; no_proxy exempts {proxies['no']}" if proxies.get("no") else ""
    return Finding(Level.OK, "proxy", f"requests go through what {named[0]} names{exempt}")


def of_access(error: SendcloudError | None) -> Finding:
    """Say whether the keys let us read orders; `error` is what a listing raised."""
    if error is None:
        return Finding(Level.OK, "keys", "accepted: orders can be read")
    return Finding(Level.FAIL, "keys" if isinstance(error, _REFUSED) else "service", spell_error(error), _advice(error))


_REFUSED = (AuthenticationError, PermissionDeniedError)


def _advice(error: SendcloudError) -> str:
    match error:
        case AuthenticationError(operation="token", status=404 | 405):
            return "Correct SENDCLOUD_TOKEN_URL."
        case AuthenticationError(operation="token"):
            return (
                "Copy the client id and the secret anew from the Sendcloud panel, Settings, Integrations; a server "
                "that is not Sendcloud's wants its own, and its own SENDCLOUD_TOKEN_URL."
            )
        case AuthenticationError():
            return (
                "Copy both keys anew from the Sendcloud panel, Settings, Integrations; an integration with OAuth2 "
                "wants SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET instead."
            )
        case PermissionDeniedError():
            return "Give the integration the scopes read:order and write:order in the Sendcloud panel."
        case UnknownAddressError():
            return "Correct SENDCLOUD_BASE_URL."
        case RateLimitError():
            return "Something else uses up the limit of this account: stop it, or share a pace through Redis."
        case TransportError():
            return (
                "Check the host of SENDCLOUD_BASE_URL (with OAuth2, that of SENDCLOUD_TOKEN_URL, too), the network, "
                "and whether a proxy is needed."
            )
        case ServerError():
            return "The service is in trouble: try again later, and look at its status page."
        case ContractError():
            return "Something answers that is not the service: check SENDCLOUD_BASE_URL and the proxy."
    return ""


def of_clock(here: float, there: float | None) -> Finding:
    """Compare this machine's clock with the server's, both in seconds since 1970."""
    if there is None:
        return Finding(Level.WARN, "clock", "the server tells no time to compare with")
    apart = here - there
    said = f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the server's"
    if abs(apart) <= _TOLERABLE:
        return Finding(Level.OK, "clock", "right to a few seconds" if abs(apart) < 5 else said)
    return Finding(
        Level.WARN, "clock", said, "Let the machine set its clock by NTP: `watch --since` and tokens go by it."
    )


def of_pace(limits: PaceLimits) -> Finding:
    """Say at what pace this program sends, which is that of the service's documented limits."""
    at_once = limits.write_burst - limits.headroom
    orders = limits.writes_per_minute * MOST_ORDERS
    return Finding(
        Level.OK,
        "pace",
        f"{limits.writes_per_minute:g} writes a minute and {at_once} at once, {limits.reads_per_minute:g} reads: "
        f"{orders:,.0f} orders pushed a minute, or {limits.writes_per_minute:g} labels, updates or deletions",
    )


def of_file(name: str, orders: int, limits: PaceLimits) -> Finding:
    """Say how long at least the orders of a file take at that pace."""
    if not orders:
        return Finding(Level.WARN, name, "no order in it", "Export the orders anew.")
    push = _spell_time(ceil(orders / MOST_ORDERS), limits)
    labels = _spell_time(orders, limits)
    return Finding(Level.OK, name, f"{counted(orders, 'order')}: {push} to push them, {labels} to buy a label for each")


def _spell_time(writes: int, limits: PaceLimits) -> str:
    seconds = seconds_at_the_limit(writes, limits)
    return f"at least {spell_seconds(seconds)}" if seconds else "seconds"


def of_integrations(found: Sequence[ShopIntegration], wanted: str | None) -> list[Finding]:
    """Hold the integrations of the account against SENDCLOUD_INTEGRATION_IDS, or look at all where that is not set."""
    if not found:
        return [
            Finding(
                Level.FAIL,
                "integrations",
                "the account has none",
                "Connect an API integration in the Sendcloud panel, Settings, Integrations.",
            )
        ]
    there = {one.id: one for one in found}
    if not (wanted or "").strip():
        findings = [Finding(Level.OK, "integrations", _listed(found))]
        if not any(one.type_ == _API for one in found):
            findings.append(
                Finding(
                    Level.WARN,
                    "integrations",
                    "none is of the type api, which pushing orders is meant for",
                    "Connect an API integration in the Sendcloud panel, Settings, Integrations.",
                )
            )
        return findings + [finding for one in found if one.started_failing_at for finding in _of_one(one)]
    findings = []
    for text in (part.strip() for part in (wanted or "").split(",")):
        if not (text.isascii() and text.isdigit()):
            advice = f"Write ids with commas between them, such as {','.join(map(str, list(there)[:2]))}."
            findings.append(Finding(Level.FAIL, INTEGRATION_IDS, f"{text[:40]!r} is no id", advice))
        elif int(text) not in there:
            findings.append(
                Finding(
                    Level.FAIL,
                    f"integration {text}",
                    "this account has no such integration",
                    f"Correct {INTEGRATION_IDS}; there are {_listed(found)}.",
                )
            )
        else:
            findings += _of_one(there[int(text)])
    return findings


def _of_one(one: ShopIntegration) -> list[Finding]:
    topic = f"integration {one.id}"
    findings = []
    if one.started_failing_at:
        findings.append(
            Finding(
                Level.WARN,
                topic,
                f"fails since {one.started_failing_at.isoformat(timespec='minutes')}",
                "Look at its log in the Sendcloud panel, Settings, Integrations.",
            )
        )
    if one.type_ not in (_API, None):
        findings.append(
            Finding(
                Level.WARN,
                topic,
                f"is of the type {one.type_}: pushing orders is meant for those of the type api",
                "Push into an API integration, unless you know that this one takes orders.",
            )
        )
    return findings or [Finding(Level.OK, topic, "is there" + (f": {one.shop_name}" if one.shop_name else ""))]


def _listed(found: Sequence[ShopIntegration]) -> str:
    named = [f"{one.id} ({one.type_ or 'of an unknown type'})" for one in found[:_SHOWN]]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(named) + more


def of_integrations_error(error: SendcloudError) -> Finding:
    """Say why the integrations could not be read; orders can be pushed without that."""
    advice = "Give the integration the scope read:integration." if isinstance(error, _REFUSED) else ""
    if isinstance(error, NotFoundError | ConfigurationError):
        advice = "This server does not list integrations; compare the ids by hand."
    return Finding(Level.WARN, "integrations", spell_error(error), advice)
