"""Credentials and base URL from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

from .addresses import PRODUCTION, TOKEN_URL, check_base_url, check_token_url
from .arguments import described, quoted, reading
from .auth import BasicCredentials, Credentials, OAuth2Credentials
from .errors import ConfigurationError

BASE_URL = "SENDCLOUD_BASE_URL"
_BASIC = ("SENDCLOUD_PUBLIC_KEY", "SENDCLOUD_SECRET_KEY")
_OAUTH2 = ("SENDCLOUD_CLIENT_ID", "SENDCLOUD_CLIENT_SECRET")
_TOKEN_URL = "SENDCLOUD_TOKEN_URL"
_NAMES = (*_BASIC, *_OAUTH2, BASE_URL, _TOKEN_URL)
_ALIKE = 0.75


def read_environment(environment: Mapping[str, str] | None = None) -> tuple[Credentials, str]:
    """Read credentials and the base URL from environment variables, those of `os.environ` unless others are given.

    Raises `ConfigurationError` that names what is missing. The base URL is asked for as well, so that nobody reaches
    the production service by leaving something out. Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    # Not as the default of the argument: `help` prints defaults, and this one holds keys.
    found, near = _read(os.environ if environment is None else environment)
    url = found.get(BASE_URL, "").strip()
    lacking = "" if url else f"{BASE_URL} is not set: the service itself is {PRODUCTION}."
    problem = ""
    try:
        credentials = credentials_from_env(found)
    except ConfigurationError as error:
        problem = str(error)
    if problem or lacking:
        raise ConfigurationError(" ".join(filter(None, (problem, lacking, near))))
    return credentials, check_base_url(url, source=BASE_URL)


def _read(environment: object) -> tuple[dict[str, str], str]:
    """Copy the variables that count, and tell of those with a name so alike that they were meant to."""
    with reading("environment", ConfigurationError):
        if not isinstance(environment, Mapping):
            raise ConfigurationError(
                "environment should be a mapping of names to texts, as os.environ is, which is read when it is left "
                f"out, not {described(environment)}."
            )
        found = {name: environment[name] for name in _NAMES if name in environment}
        for name, value in found.items():
            if not isinstance(value, str):
                raise ConfigurationError(f"The environment's {name} should be a text, not {described(value)}.")
        others = [name for name in environment if isinstance(name, str) and name not in _NAMES]
    return found, " ".join(filter(None, map(_near, others)))[:_LONGEST_HINT]


def _near(name: str) -> str:
    meant = get_close_matches(_compact(name), _COMPACT, 1, _ALIKE) if "SEND" in name.upper() else []
    return f"{quoted(name)} is set, and is not read: is it meant for {_COMPACT[meant[0]]}?" if meant else ""


def _compact(name: str) -> str:
    """Spell a name without what people get wrong in names: case, and what stands between words."""
    return "".join(filter(str.isalnum, name.upper()))


_COMPACT = {_compact(name): name for name in _NAMES}
_LONGEST_HINT = 500


def credentials_from_env(environ: Mapping[str, str]) -> Credentials:
    """Make credentials of SENDCLOUD_PUBLIC_KEY and _SECRET_KEY, or of SENDCLOUD_CLIENT_ID and _CLIENT_SECRET.

    SENDCLOUD_TOKEN_URL says where a token is had, and has to be set when SENDCLOUD_BASE_URL is not the service's own:
    the secret of one server must not go to another. Raises `ConfigurationError` when neither pair is there, both are,
    half of one, or no URL for tokens. Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    basic, oauth2 = _BASIC, _OAUTH2
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
    if pair is basic:
        return BasicCredentials(environ[pair[0]], environ[pair[1]])
    return OAuth2Credentials(environ[pair[0]], environ[pair[1]], _token_url(environ))


def _token_url(environ: Mapping[str, str]) -> str:
    url = environ.get(_TOKEN_URL, "").strip()
    if url:
        return check_token_url(url, source=_TOKEN_URL)
    base = environ.get(BASE_URL, "").strip()
    if base and urlsplit(check_base_url(base, source=BASE_URL)).hostname != urlsplit(PRODUCTION).hostname:
        raise ConfigurationError(
            f"{_TOKEN_URL} is not set, and {BASE_URL} is not the service's own: set it to where that server gives "
            f"tokens. A sandbox does at {_token_url_of_sandbox(base)}."
        )
    return TOKEN_URL


def _token_url_of_sandbox(base_url: str) -> str:
    """Put the path that the sandbox shares with the service on the host that is asked."""
    return urlsplit(base_url)._replace(path=urlsplit(TOKEN_URL).path, query="", fragment="").geturl()
