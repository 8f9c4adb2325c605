"""Credentials and base URL from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from .addresses import PRODUCTION, check_base_url
from .auth import BasicCredentials, Credentials, OAuth2Credentials
from .errors import ConfigurationError

BASE_URL = "SENDCLOUD_BASE_URL"


def read_environment(environment: Mapping[str, str] | None = None) -> tuple[Credentials, str]:
    """Read credentials and the base URL from environment variables, those of `os.environ` unless others are given.

    Raises `ConfigurationError` that names what is missing. The base URL is asked for as well, so that nobody reaches
    the production service by leaving something out. Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    # Not as the default of the argument: `help` prints defaults, and this one holds keys.
    environment = os.environ if environment is None else environment
    url = environment.get(BASE_URL, "").strip()
    lacking = "" if url else f"{BASE_URL} is not set: the service itself is {PRODUCTION}."
    try:
        credentials = credentials_from_env(environment)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} {lacking}" if lacking else str(error)) from None
    if lacking:
        raise ConfigurationError(lacking)
    return credentials, check_base_url(url, source=BASE_URL)


def credentials_from_env(environ: Mapping[str, str]) -> Credentials:
    """Make credentials of SENDCLOUD_PUBLIC_KEY and _SECRET_KEY, or of SENDCLOUD_CLIENT_ID and _CLIENT_SECRET.

    Raises `ConfigurationError` when neither pair is there, both are, or half of one.
    Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    basic = ("SENDCLOUD_PUBLIC_KEY", "SENDCLOUD_SECRET_KEY")
    oauth2 = ("SENDCLOUD_CLIENT_ID", "SENDCLOUD_CLIENT_SECRET")
    # A deployment template often sets what it does not use to nothing.
    given = {name for name in (*basic, *oauth2) if environ.get(name)}
    if given & set(basic) and given & set(oauth2):
        raise ConfigurationError(
            f"{', '.join(sorted(given))} are set, but an integration takes either Basic or OAuth2: "
            f"unset {' and '.join(oauth2)}, or unset {' and '.join(basic)}."
        )
    pair = oauth2 if given & set(oauth2) else basic
    for name in pair:
        if given and name not in given:
            state = "is empty" if name in environ else "is not set"
            raise ConfigurationError(f"{name} {state}, though {pair[1 - pair.index(name)]} is set: set both.")
    if not given:
        empty = [name for name in (*basic, *oauth2) if name in environ]
        found = f" ({', '.join(empty)} {'is' if len(empty) == 1 else 'are'} set but empty)" if empty else ""
        raise ConfigurationError(
            f"There are no credentials in the environment{found}: set {' and '.join(basic)} "
            f"(Sendcloud panel, Settings, Integrations), or {' and '.join(oauth2)} for an integration with OAuth2."
        )
    return (OAuth2Credentials if pair is oauth2 else BasicCredentials)(environ[pair[0]], environ[pair[1]])
