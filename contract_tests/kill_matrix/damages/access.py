"""Damages of credentials."""

from base64 import b64decode
from functools import partial
from typing import Any

import pytest
from starlette.responses import HTMLResponse, Response

from kill_matrix.damage import Damage, around, damage, enlist, instead, operation_of
from sendcloud_orders_sandbox.access import CHALLENGE, Access
from sendcloud_orders_sandbox.problems import Problem
from sendcloud_orders_sandbox.store import decode_json


def own_key(access: Access, encoded: str) -> bool:
    """Tell whether the public key is ours, whatever the secret."""
    return b64decode(encoded).decode().partition(":")[0] == access.credentials.public_key


def own_secret(access: Access, encoded: str) -> bool:
    """Tell whether the secret is ours, whatever the public key."""
    return b64decode(encoded).decode().partition(":")[2] == access.credentials.secret_key


@damage("authentication", "AUTH-REFUSED")
def any_secret_is_accepted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "access.Access.are_ours", own_key)


@damage("authentication", "AUTH-REFUSED")
def any_public_key_is_accepted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "access.Access.are_ours", own_secret)


@damage("authentication", "AUTH-BASIC")
def basic_credentials_are_refused(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "access.Access.are_ours", lambda access, encoded: False)


def open_to_all(patch: pytest.MonkeyPatch, operation: str) -> None:
    """Let one operation do without credentials."""

    def admit(true: Any, operations: Any, request: Any) -> None:
        if operation_of(request) != operation or "authorization" in request.headers:
            true(operations, request)

    around(patch, "app.Operations.admit", admit)


for operation in (
    *("POST /orders", "GET /orders", "GET /orders/{id}", "PATCH /orders/{id}", "DELETE /orders/{id}"),
    *("POST /orders/create-label-sync", "POST /orders/create-labels-async"),
    *("GET /integrations", "GET /integrations/{id}"),
):
    inflict = partial(open_to_all, operation=operation)
    enlist(Damage(f"{operation} needs no credentials", "authentication", ("AUTH-REFUSED",), inflict))


@damage("authentication", "AUTH-REFUSED")
def wrong_credentials_are_a_403(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "access.invalid_credentials", lambda: Problem(403, "forbidden", "Invalid username/password."))


@damage("authentication", "AUTH-REFUSED")
def missing_credentials_are_a_400(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "access.no_credentials", lambda: Problem(400, "invalid", "Credentials were not provided."))


@damage("authentication", "AUTH-REFUSED")
def a_request_without_access_is_carried_out_all_the_same(patch: pytest.MonkeyPatch) -> None:
    async def answer(true: Any, operations: Any, request: Any) -> Response:
        refused: Response = await true(operations, request)
        if refused.status_code == 401 and operation_of(request) == "POST /orders":
            operations.rules.upsert(decode_json(await request.body()))
        return refused

    around(patch, "app.Operations.answer", answer)


@damage("authentication", "AUTH-REFUSED")
def wrong_credentials_get_a_page_to_log_in(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "app.refusal_answer",
        lambda true, refused, extra=None: (
            HTMLResponse("<title>Log in</title>", 401, CHALLENGE) if refused.status == 401 else true(refused, extra)
        ),
    )
