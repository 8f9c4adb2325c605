"""Damages of refusals: envelope, status, wording and pointers; and of the form of all answers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import HTMLResponse, Response

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage, instead
from sendcloud_orders_sandbox.answers import json_answer
from sendcloud_orders_sandbox.problems import RefusedError
from sendcloud_orders_sandbox.store import decode_json

Error = dict[str, Any]


def refusals(patch: pytest.MonkeyPatch, answer: Callable[[list[Error], int], Response]) -> None:
    """Let `answer` make every refusal out of the true errors and the true status."""

    def refusal_answer(true: Any, refused: RefusedError, extra: Any = None) -> Response:
        response = answer([{**problem.document(), **(extra or {})} for problem in refused.problems], refused.status)
        response.headers.update(refused.headers)
        return response

    around(patch, "app.refusal_answer", refusal_answer)


def errors(patch: pytest.MonkeyPatch, change: Callable[[Error], Error]) -> None:
    """Let `change` make each error out of the true one."""
    refusals(patch, lambda found, status: json_answer({"errors": list(map(change, found))}, status))


def pointers(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """Let `change` make each pointer out of the true one."""

    def repointed(error: Error) -> Error:
        source = error.get("source", {})
        return error | ({"source": {"pointer": change(source["pointer"])}} if "pointer" in source else {})

    errors(patch, repointed)


def without(name: str) -> Callable[[Error], Error]:
    return lambda error: {key: value for key, value in error.items() if key != name}


# ---------------------------------------------------------------------- envelope


@damage("errors", "ERROR-TOGETHER")
def only_the_first_error_is_told(patch: pytest.MonkeyPatch) -> None:
    refusals(patch, lambda found, status: json_answer({"errors": found[:1]}, status))


@damage("errors", "ERROR-TOGETHER")
def only_the_errors_of_the_first_bad_order_are_told(patch: pytest.MonkeyPatch) -> None:
    def answer(found: list[Error], status: int) -> Response:
        place = re.match(r"/data/attributes/\[\d+\]", found[0].get("source", {}).get("pointer", ""))
        told = [error for error in found if place and error["source"]["pointer"].startswith(place[0])]
        return json_answer({"errors": told or found}, status)

    refusals(patch, answer)


@damage("errors", "ERROR-ENVELOPE")
def errors_come_in_the_envelope_of_the_old_api(patch: pytest.MonkeyPatch) -> None:
    refusals(
        patch,
        lambda found, status: json_answer({"error": {"code": status, "message": found[0]["detail"]}}, status),
    )


@damage("errors", "ERROR-ENVELOPE")
def errors_come_without_an_envelope(patch: pytest.MonkeyPatch) -> None:
    refusals(patch, lambda found, status: json_answer(found, status))


@damage("errors", "ERROR-ENVELOPE")
def errors_come_as_a_page(patch: pytest.MonkeyPatch) -> None:
    refusals(patch, lambda found, status: HTMLResponse("<h1>Bad request</h1>", status))


@damage("errors", "ERROR-ENVELOPE")
def errors_come_without_a_body(patch: pytest.MonkeyPatch) -> None:
    refusals(patch, lambda found, status: Response(status_code=status))


@damage("errors", "ERROR-ENVELOPE")
def errors_come_as_problem_details(patch: pytest.MonkeyPatch) -> None:
    refusals(
        patch,
        lambda found, status: json_answer({"type": "about:blank", "status": status, "detail": found[0]}, status),
    )


@damage("errors", "ERROR-ENVELOPE")
def an_error_names_another_status_than_its_answer(patch: pytest.MonkeyPatch) -> None:
    errors(patch, lambda error: error | {"status": "500"})


@damage("errors", "ERROR-ENVELOPE")
def an_error_has_no_code(patch: pytest.MonkeyPatch) -> None:
    errors(patch, without("code"))


@damage("errors", "ERROR-ENVELOPE")
def an_error_has_no_detail(patch: pytest.MonkeyPatch) -> None:
    errors(patch, without("detail"))


@damage("errors", "ERROR-ENVELOPE")
def the_detail_of_an_error_is_empty(patch: pytest.MonkeyPatch) -> None:
    errors(patch, lambda error: error | {"detail": ""})


@damage("errors", "ERROR-ENVELOPE")
def a_body_that_is_no_json_is_a_500(patch: pytest.MonkeyPatch) -> None:
    def malformed_json() -> Any:
        raise ValueError("not JSON")

    instead(patch, "app.malformed_json", malformed_json)


@damage("errors", "UPSERT-BOUNDS", "UPSERT-REQUIRED")
def a_bad_order_is_a_422(patch: pytest.MonkeyPatch) -> None:
    refusals(
        patch,
        lambda found, status: json_answer(
            {"errors": [error | {"status": "422"} for error in found]} if status == 400 else {"errors": found},
            422 if status == 400 else status,
        ),
    )


@damage("errors", "ERROR-ENVELOPE")
def errors_come_with_status_200(patch: pytest.MonkeyPatch) -> None:
    refusals(patch, lambda found, status: json_answer({"errors": found}, 200))


# ---------------------------------------------------------------------- pointers


@damage("pointers", "ERROR-POINTER")
def a_pointer_counts_orders_from_one(patch: pytest.MonkeyPatch) -> None:
    pointers(patch, lambda pointer: re.sub(r"\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", pointer))


@damage("pointers", "ERROR-POINTER")
def a_pointer_names_no_order(patch: pytest.MonkeyPatch) -> None:
    pointers(patch, lambda pointer: re.sub(r"\[\d+\]/", "", pointer))


@damage("pointers", "ERROR-POINTER")
def a_pointer_names_the_order_and_no_field(patch: pytest.MonkeyPatch) -> None:
    pointers(patch, lambda pointer: re.sub(r"(\[\d+\]).*", r"\1", pointer))


@damage("pointers", "ERROR-POINTER")
def a_pointer_stops_above_the_field(patch: pytest.MonkeyPatch) -> None:
    pointers(patch, lambda pointer: pointer.rpartition("/")[0])


@damage("pointers", "ERROR-POINTER", place=Place.ITEM)
def a_pointer_counts_items_from_one(patch: pytest.MonkeyPatch) -> None:
    pointers(
        patch,
        lambda pointer: re.sub(r"order_items/(\d+)", lambda found: f"order_items/{int(found[1]) + 1}", pointer),
    )


@damage("pointers", "ERROR-POINTER")
def an_error_has_no_pointer(patch: pytest.MonkeyPatch) -> None:
    errors(patch, without("source"))


# ---------------------------------------------------------------------- all answers


def answers(patch: pytest.MonkeyPatch, change: Callable[[Response], Response]) -> None:
    """Let `change` make every answer of the operations out of the true one."""

    async def answer(true: Any, operations: Any, request: Any) -> Response:
        return change(await true(operations, request))

    around(patch, "app.Operations.answer", answer)


@damage("wire shape", "GET-ORDER", "UPSERT-RESULT")
def json_is_called_plain_text(patch: pytest.MonkeyPatch) -> None:
    def change(response: Response) -> Response:
        if response.body:
            response.headers["content-type"] = "text/plain"
        return response

    answers(patch, change)


@damage("wire shape", "GET-ORDER", "UPSERT-RESULT")
def a_successful_answer_is_a_page(patch: pytest.MonkeyPatch) -> None:
    answers(patch, lambda response: HTMLResponse("<h1>Welcome</h1>") if response.status_code < 300 else response)


@damage("wire shape", "UPSERT-RESULT", "GET-ORDER")
def a_successful_answer_breaks_off(patch: pytest.MonkeyPatch) -> None:
    def change(response: Response) -> Response:
        if response.status_code >= 300 or not response.body:
            return response
        return Response(bytes(response.body)[:-1], response.status_code, media_type="application/json")

    answers(patch, change)


@damage("wire shape", "UPSERT-STATUS")
def an_upsert_answers_204(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, orders: Any, body: Any) -> Response:
        true(orders, body)
        return Response(status_code=204)

    around(patch, "app.Orders.upsert", upsert)


@damage("wire shape", "UPSERT-STATUS")
def an_upsert_answers_207(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, orders: Any, body: Any) -> Response:
        answer: Response = true(orders, body)
        answer.status_code = 207
        return answer

    around(patch, "app.Orders.upsert", upsert)


@damage("wire shape", "UPSERT-RESULT")
def an_upsert_answers_without_the_envelope(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "app.Orders.upsert",
        lambda true, *given: json_answer(decode_json(true(*given).body)["data"], 201),
    )


@damage("wire shape", "UPSERT-RESULT", place=Place.SINGLE)
def an_upsert_of_one_order_answers_with_an_object(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Any, body: Any) -> Any:
        found = true(rules, body)
        return found[0] if len(found) == 1 else found

    around(patch, "rules.Rules.upsert", upsert)
