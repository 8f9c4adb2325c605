"""Check credentials, and issue and check tokens."""

from __future__ import annotations

import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import SandboxClock
from .problems import RefusedError, invalid_credentials, no_credentials, scope_missing

READ_SCOPE = "read:order"
WRITE_SCOPE = "write:order"
PARCEL_SCOPE = "write:parcel"
INTEGRATION_SCOPE = "read:integration"
GRANTED_SCOPES = (INTEGRATION_SCOPE, "write:integration", READ_SCOPE, WRITE_SCOPE, "write:product", PARCEL_SCOPE)
# Older documents know one scope that covers everything.
COVERING_SCOPE = "api"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="api"'}


@dataclass(frozen=True)
class Credentials:
    """A public and a secret key. Neither shows in a `repr`."""

    public_key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    secret_key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """The scopes of a token, and when it expires."""

    scopes: frozenset[str]
    expires_at: float


class TokenRefusedError(Exception):
    """A refusal to issue a token, in the form of an OAuth error."""

    def __init__(self, status: int, error: str, hint: str) -> None:
        super().__init__(error)
        self.status = status
        self.document: dict[str, str | int] = {
            "error": error,
            "error_description": "The token request was refused.",
            "error_hint": hint,
            "status_code": status,
        }


class Access:
    """The account's credentials and the tokens that were issued. Rules: AUTH-BASIC, AUTH-OAUTH, AUTH-REFUSED."""

    def __init__(self, credentials: Credentials, clock: SandboxClock, token_lifetime: float = 3600) -> None:
        self.credentials = credentials
        self.clock = clock
        self.token_lifetime = token_lifetime
        self.window_token: str = secrets.token_urlsafe(24)
        self._tokens: dict[str, Token] = {}

    def require(self, authorization: str | None, scope: str) -> None:
        """Refuse a request without valid credentials, or without the scope."""
        if not authorization:
            raise RefusedError(no_credentials(), headers=CHALLENGE)
        kind, _, value = authorization.partition(" ")
        match kind.lower():
            case "basic":
                self.require_keys(value)
            case "bearer":
                self.require_token(value.strip(), scope)
            case _:
                raise RefusedError(invalid_credentials(), headers=CHALLENGE)

    def require_operator(self, authorization: str | None) -> None:
        """Refuse all who may not look into the sandbox: those who know neither its keys nor its window's token."""
        kind, _, value = (authorization or "").partition(" ")
        opens = kind.lower() == "bearer" and secrets.compare_digest(value.strip().encode(), self.window_token.encode())
        if not opens:
            self.require(authorization, READ_SCOPE)

    def require_keys(self, encoded: str) -> None:
        """Refuse any keys but the account's. Rule: AUTH-BASIC."""
        if not self.are_ours(encoded):
            raise RefusedError(invalid_credentials(), headers=CHALLENGE)

    def require_token(self, text: str, scope: str) -> None:
        """Refuse a token that was not issued, has expired or lacks the scope. Rule: AUTH-OAUTH."""
        token = self._tokens.get(text)
        if token is None or token.expires_at <= self.clock.now():
            raise RefusedError(invalid_credentials(), headers=CHALLENGE)
        if token.scopes.isdisjoint({scope, COVERING_SCOPE}):
            raise RefusedError(scope_missing())

    def are_ours(self, encoded: str) -> bool:
        """Tell whether the value of a Basic authorization holds the account's keys."""
        try:
            public_key, _, secret_key = b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:
            return False
        ours = (self.credentials.public_key, self.credentials.secret_key)
        return (public_key, secret_key) == ours

    def require_client(self, authorization: str | None) -> None:
        """Refuse any client but the account's; raise `TokenRefusedError`. Rule: AUTH-OAUTH."""
        kind, _, encoded = (authorization or "").partition(" ")
        if kind.lower() != "basic" or not self.are_ours(encoded):
            raise TokenRefusedError(401, "invalid_client", "Send the public and the secret key as HTTP Basic.")

    def issue(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Issue a token for the client credentials grant; raise `TokenRefusedError`. Rule: AUTH-OAUTH."""
        if form.get("grant_type") != "client_credentials":
            raise TokenRefusedError(400, "unsupported_grant_type", "The grant type is client_credentials.")
        scopes = form.get("scope", "").split() or GRANTED_SCOPES
        if not {COVERING_SCOPE, *GRANTED_SCOPES}.issuperset(scopes):
            raise TokenRefusedError(400, "invalid_scope", f"Known scopes are {' '.join(GRANTED_SCOPES)}.")
        text = f"ory_at_{secrets.token_urlsafe(32)}"
        self._tokens[text] = Token(frozenset(scopes), self.clock.now() + self.token_lifetime)
        return {
            "access_token": text,
            "token_type": "bearer",
            "expires_in": int(self.token_lifetime),
            "scope": " ".join(scopes),
        }

    def revoke_tokens(self) -> None:
        """Make every issued token invalid at once."""
        self._tokens.clear()
