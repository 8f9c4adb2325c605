"""Damages of credentials that show in one place."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from starlette.requests import Request

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, around, damage, enlist
from kill_matrix.past import remember
from sendcloud_orders_sandbox.access import Access
from sendcloud_orders_sandbox.problems import RefusedError, invalid_credentials
from sendcloud_orders_sandbox.rules import parse_id

from .access import own_key

Asked = Callable[[Request], bool]


def any_secret(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Let some requests do with our public key and any secret."""

    def admit(true: Any, operations: Any, request: Request) -> None:
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        if not (kind.lower() == "basic" and asked(request) and own_key(operations.service.access, encoded)):
            true(operations, request)

    around(patch, "app.Operations.admit", admit)


WRONG: dict[str, tuple[Place, Asked]] = {
    "a patch takes any secret": (Place.PATCH, lambda request: request.method == "PATCH"),
    "a delete takes any secret": (Place.DELETE, lambda request: request.method == "DELETE"),
    "an order is read with any secret": (
        Place.BY_ID,
        lambda request: request.method == "GET" and "id" in request.path_params,
    ),
    "a later page takes any secret": (Place.LATER_PAGE, lambda request: "cursor" in request.query_params),
    "a filtered list takes any secret": (Place.ONE_FILTER, lambda request: "order_id" in request.query_params),
}
for name, (place, asked) in WRONG.items():
    enlist(Damage(name, "authentication", ("AUTH-REFUSED",), partial(any_secret, asked=asked), place=place))


def open_to_all(patch: pytest.MonkeyPatch, asked: Asked) -> None:
    """Let some requests do without credentials."""

    def admit(true: Any, operations: Any, request: Request) -> None:
        if "authorization" in request.headers or not asked(request):
            true(operations, request)

    around(patch, "app.Operations.admit", admit)


@damage("authentication", "AUTH-REFUSED", place=Place.LATER_PAGE)
def a_later_page_needs_no_credentials(patch: pytest.MonkeyPatch) -> None:
    open_to_all(patch, lambda request: "cursor" in request.query_params)


@damage("authentication", "AUTH-REFUSED", place=Place.AFTER_DELETE)
def a_missing_order_is_told_to_all(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    open_to_all(patch, lambda request: parse_id(request.path_params.get("id", "")) in past.deleted)


@damage("authentication", "AUTH-REFUSED", place=Place.REPEATED)
def a_wrong_secret_is_accepted_when_it_comes_again(patch: pytest.MonkeyPatch) -> None:
    refused: set[str] = set()

    def are_ours(true: Any, access: Access, encoded: str) -> bool:
        again = encoded in refused
        if not true(access, encoded):
            refused.add(encoded)
            return again
        return True

    around(patch, "access.Access.are_ours", are_ours)


@damage("authentication", "AUTH-BASIC", place=Place.LATER_PAGE)
def a_later_page_refuses_the_right_credentials(patch: pytest.MonkeyPatch) -> None:
    def admit(true: Any, operations: Any, request: Request) -> None:
        true(operations, request)
        if "cursor" in request.query_params:
            raise RefusedError(invalid_credentials())

    around(patch, "app.Operations.admit", admit)
