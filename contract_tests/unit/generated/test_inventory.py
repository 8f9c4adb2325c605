"""The generated package holds all that the specification names, and nothing under an accidental name."""

import hashlib
import inspect
import json
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest

import schemas
import sendcloud_orders_api
from sendcloud_orders_api import models
from sendcloud_orders_api.types import EXTRA

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
OPERATIONS = {
    operation["operationId"]: (path, method, operation, [*item.get("parameters", []), *operation.get("parameters", [])])
    for path, item in schemas.document()["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
PACKAGE = Path(str(sendcloud_orders_api.__file__)).parent
SPEC = schemas.SPEC.parent
COMPONENTS: dict[str, dict[str, Any]] = schemas.document()["components"]["schemas"]


def module(operation: str) -> ModuleType:
    [tag] = OPERATIONS[operation][2]["tags"]
    return import_module(f"sendcloud_orders_api.api.{tag}.{operation}")


def parameters(operation: str) -> list[dict[str, Any]]:
    known = schemas.document()["components"]["parameters"]
    named = OPERATIONS[operation][3]
    return [known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in named]


def test_the_nine_operations_are_there() -> None:
    orders = {"upsert_orders", "list_orders", "get_order", "update_order", "delete_order"}
    assert set(OPERATIONS) == orders | {"create_label", "create_labels", "list_integrations", "get_integration"}


def test_there_is_a_module_for_each_operation_and_for_nothing_else() -> None:
    assert {path.stem for path in (PACKAGE / "api").rglob("*.py")} - {"__init__"} == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_its_synchronous_and_asynchronous_forms(operation: str) -> None:
    made = module(operation)
    assert [inspect.iscoroutinefunction(getattr(made, name)) for name in ("sync", "sync_detailed")] == [False, False]
    assert [inspect.iscoroutinefunction(getattr(made, name)) for name in ("asyncio", "asyncio_detailed")] == [
        True,
        True,
    ]
    assert list(inspect.signature(made.sync).parameters) == list(inspect.signature(made.asyncio).parameters)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_asks_its_method_and_path(operation: str) -> None:
    path, method, *_ = OPERATIONS[operation]
    arguments = {"body": b"{}"} if "requestBody" in OPERATIONS[operation][2] else {}
    request = module(operation).build_request(*([669] if "{id}" in path else []), **arguments)
    assert (request.method, request.path) == (method.upper(), path.replace("{id}", "669"))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_takes_every_parameter_of_the_specification(operation: str) -> None:
    expected = {one["name"].lower().replace("-", "_") for one in parameters(operation)}
    if "requestBody" in OPERATIONS[operation][2]:
        expected.add("body")
    assert set(inspect.signature(module(operation).build_request).parameters) == expected


def test_the_list_takes_thirteen_filters() -> None:
    assert len(parameters("list_orders")) == 13


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_documented_status_is_known(operation: str) -> None:
    assert set(module(operation)._BODY_TYPES) == set(OPERATIONS[operation][2]["responses"])


def test_every_list_in_a_query_is_a_comma_list_as_the_templates_write_it() -> None:
    lists = [one for name in OPERATIONS for one in parameters(name) if one["schema"].get("type") == "array"]
    assert lists
    assert all((one["style"], one["explode"]) == ("form", False) for one in lists)


def test_every_body_is_json_as_the_templates_read_and_write_it() -> None:
    answers = schemas.document()["components"]["responses"].values()
    for _, _, operation, _ in OPERATIONS.values():
        for body in (operation.get("requestBody", {}), *operation["responses"].values(), *answers):
            assert set(body.get("content", {})) <= {"application/json"}


def test_there_is_a_model_for_each_schema_that_is_more_than_a_scalar_or_a_list() -> None:
    more = {name for name, schema in COMPONENTS.items() if schema["type"] == "object" or "enum" in schema}
    assert set(models.__all__) == more


def only_the_service_sets(name: str) -> set[str]:
    """Return the fields of a request's schema that are in no model of a request."""
    schema = COMPONENTS[name]
    if schema.get("additionalProperties") is not False:
        return set()
    return {field for field, of in schema["properties"].items() if of.get("readOnly")}


@pytest.mark.parametrize("name", [name for name, schema in COMPONENTS.items() if schema.get("properties")])
def test_each_model_has_the_fields_of_its_schema_and_requires_the_same(name: str) -> None:
    fields = msgspec.structs.fields(getattr(models, name))
    named = set(COMPONENTS[name]["properties"]) - only_the_service_sets(name)
    assert {field.encode_name for field in fields} == named | {EXTRA}
    assert {field.encode_name for field in fields if field.required} == set(COMPONENTS[name].get("required", []))


def test_no_model_of_a_request_has_the_two_fields_that_only_the_service_sets() -> None:
    kept_out = {name: only_the_service_sets(name) for name, schema in COMPONENTS.items() if schema.get("properties")}
    times = {"created_at", "modified_at"}
    assert {name: fields for name, fields in kept_out.items() if fields} == {"OrderInput": times, "OrderUpdate": times}
    assert {field.encode_name for field in msgspec.structs.fields(models.Order)} > times


@pytest.mark.rule("READ-AMOUNT")
@pytest.mark.parametrize("name", [name for name, schema in COMPONENTS.items() if schema.get("properties")])
def test_each_amount_of_a_schema_is_a_decimal_in_its_model(name: str) -> None:
    amounts = {field for field, schema in COMPONENTS[name]["properties"].items() if schema.get("format") == "decimal"}
    types = {field.encode_name: field.type for field in msgspec.structs.fields(getattr(models, name))}
    assert {field for field, type_ in types.items() if type_ is Decimal or Decimal in get_args(type_)} == amounts


@pytest.mark.parametrize("name", [name for name, schema in COMPONENTS.items() if schema.get("enum")])
def test_each_set_of_codes_holds_the_values_of_its_schema(name: str) -> None:
    assert set(getattr(models, name).__args__) == set(COMPONENTS[name]["enum"])


@pytest.mark.parametrize("name", models.__all__)
def test_each_model_resolves_its_types(name: str) -> None:
    msgspec.json.Decoder(getattr(models, name))


def test_the_manifest_names_the_specification_configuration_and_templates_of_today() -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text(encoding="utf-8"))
    made_of = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (SPEC / "templates").iterdir()}
    assert manifest["templates"] == made_of, "run `make generate`"
    for part, path in (("spec", SPEC / "openapi.yaml"), ("config", SPEC / "generator.yaml")):
        assert manifest[part] == hashlib.sha256(path.read_bytes()).hexdigest(), "run `make generate`"


def test_the_package_ships_the_specification_and_its_types() -> None:
    assert json.loads((PACKAGE / "openapi.json").read_text(encoding="utf-8")) == schemas.document()
    assert (PACKAGE / "py.typed").exists()
