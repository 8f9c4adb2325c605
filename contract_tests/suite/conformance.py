"""Hold an answer against the spec, whichever server gave it."""

import json

import schemas
from suite.answer import Body, Reply, template

# The rule that says how an operation answers a success; a refusal has ERROR-ENVELOPE.
RULES = {
    "upsert_orders": "UPSERT-RESULT",
    "list_orders": "LIST-CURSOR",
    "get_order": "GET-ORDER",
    "update_order": "PATCH-RESULT",
    "delete_order": "DELETE-ORDER",
    "create_label": "LABEL-CREATE",
    "create_labels": "LABELS-CREATE",
    "list_integrations": "INTEGRATION-LIST",
    "get_integration": "INTEGRATION-GET",
}


class SpecViolationError(AssertionError):
    """An answer that the spec does not allow."""


def check_answer(answer: Reply, *, valid: bool) -> None:
    """Raise `SpecViolationError` when the spec does not allow this answer to this request."""
    operation = schemas.document()["paths"].get(template(answer.path), {}).get(answer.method.lower())
    if operation is None:
        return
    responses = operation["responses"]
    where = f"{operation['operationId']} answered {answer.status}"
    if 200 <= answer.status < 300:
        # 200, 201 and 202 are read alike (UPSERT-STATUS); the documented one carries the schema.
        response = next(value for status, value in responses.items() if status.startswith("2"))
    else:
        found = responses.get(str(answer.status)) or (responses.get("5XX") if answer.status >= 500 else None)
        if found is None:
            raise SpecViolationError(f"{where}, a status that the spec does not know: {answer.content[:500]!r}")
        response = found
    if "sl-violations" in answer.headers and valid:
        raise SpecViolationError(f"{where}; the validating proxy says {answer.headers['sl-violations']}")
    if answer.status >= 500:
        raise SpecViolationError(f"{where}: {answer.content[:300]!r}")
    _check_body(answer, response, f"{where} ({_rule(operation['operationId'], answer)})")


def _rule(operation: str, answer: Reply) -> str:
    """Return the rule that an answer breaks whose body is not as it should be."""
    if answer.status >= 300:
        return "ERROR-ENVELOPE"
    if operation == "upsert_orders" and answer.status not in (200, 201, 202):
        return "UPSERT-STATUS"
    return RULES[operation]


def _check_body(answer: Reply, response: Body, where: str) -> None:
    if "$ref" in response:
        response = schemas.document()["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    content = response.get("content", {}).get("application/json")
    if content is None:
        if answer.content:
            raise SpecViolationError(f"{where} with a body where there is to be none: {answer.content[:200]!r}")
        return
    if answer.status == 403:
        # The edge that refuses a GET with a body may answer in another form than the service itself.
        return
    if not answer.headers.get("Content-Type", "").startswith(("application/json", "application/vnd.api+json")):
        raise SpecViolationError(f"{where} with content type {answer.headers.get('Content-Type')!r} instead of JSON")
    try:
        document = json.loads(answer.content)
    except ValueError as error:
        raise SpecViolationError(f"{where} with what is no JSON: {answer.content[:200]!r}") from error
    faults = schemas.faults(content["schema"]["$ref"].rsplit("/", 1)[1], document)
    if faults:
        shown = "; ".join(f"{path}: {message}" for path, message in faults[:5])
        raise SpecViolationError(f"{where}, and its body breaks the spec: {shown}")
