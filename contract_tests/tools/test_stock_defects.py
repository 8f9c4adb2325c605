"""What is wrong with the output of the generator's own templates, as long as it is: why each of ours is there.

A test here passes while the defect stands. One that fails says which part of `spec/` has lost a reason to be there.
"""

import copy
import datetime
import inspect
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import yaml
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.schema import Reference

from tools import generation

TEXT = {"type": "string"}
DATE_TIME = {"type": "string", "format": "date-time"}
SCHEMAS: dict[str, Any] = {
    "Colour": {"type": "string", "enum": ["red", "green"]},
    "Place": {"type": "object", "properties": {"city": TEXT}},
    "Thing": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id"],
        "properties": {
            "id": TEXT,
            "note": {"type": "string", "maxLength": 3},
            "colour": {"$ref": "#/components/schemas/Colour"},
            "place": {"$ref": "#/components/schemas/Place"},
            "amount": {"type": "number", "format": "decimal"},
            "at": DATE_TIME,
            "created_at": {**DATE_TIME, "readOnly": True},
        },
    },
}
DAYS = {"name": "days", "in": "query", "explode": False, "schema": {"type": "array", "items": TEXT}}
THING = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}

CLAIMED: dict[str, list[str]] = {}
Test = Callable[..., None]


def repaired_by(*parts: str) -> Callable[[Test], Test]:
    """Claim that these parts of `spec/` repair the defect that a test shows."""

    def claim(test: Test) -> Test:
        for part in parts:
            CLAIMED.setdefault(part, []).append(test.__name__)
        return telling_what_can_go(test, parts)

    return claim


def telling_what_can_go(test: Test, parts: tuple[str, ...]) -> Test:
    """Let a test that fails name what has lost its reason."""

    @wraps(test)
    def shown(*arguments: Any, **named: Any) -> None:
        try:
            test(*arguments, **named)
        except (Exception, pytest.fail.Exception) as change:
            defect = test.__name__.removeprefix("test_").replace("_", " ")
            raise AssertionError(
                f"no longer so: {defect}. What spec/{' and spec/'.join(parts)} did about it can go; if the generator "
                "only does something else that is wrong, write that down here instead."
            ) from change

    return shown


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Give what the generator makes by its own templates."""
    text = generation.specification(
        SCHEMAS, parameters=[DAYS], responses={"200": {"description": "A thing.", "content": THING}}
    )
    return generation.generate(text, tmp_path_factory.mktemp("stock"), tmp_path_factory.mktemp("no_templates"))


class Service:
    """A service that gives one answer, and keeps what it was asked."""

    def __init__(self, stock: ModuleType, status: int = 200, body: bytes = b'{"id": "7"}', **settings: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.answer = status, body
        transport = {"transport": httpx.MockTransport(self._answer)}
        self.client = stock.client.Client(base_url="https://service.invalid", httpx_args=transport, **settings)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        status, body = self.answer
        return httpx.Response(status, content=body)


def read(stock: ModuleType, status: int = 200, body: bytes = b'{"id": "7"}', **settings: Any) -> Any:
    """Read one answer by the stock operation."""
    client = Service(stock, status, body, **settings).client
    return stock.api.orders.read_thing.sync_detailed(client=client).parsed


@repaired_by("templates/client.py.jinja")
def test_the_repr_of_a_client_shows_its_token(stock: ModuleType) -> None:
    client = stock.client.AuthenticatedClient(base_url="https://service.invalid", token="of-nobody")
    assert "of-nobody" in repr(client)


@repaired_by("templates/client.py.jinja")
def test_a_client_with_other_headers_changes_the_one_that_it_was_made_of(stock: ModuleType) -> None:
    client = stock.client.Client(base_url="https://service.invalid")
    with client:
        client.with_headers({"X-Of": "another"})
        assert client.get_httpx_client().headers["X-Of"] == "another"


@repaired_by("templates/client.py.jinja")
def test_a_client_waits_for_ever_unless_told_otherwise(stock: ModuleType) -> None:
    with stock.client.Client(base_url="https://service.invalid") as client:
        assert client.get_httpx_client().timeout == httpx.Timeout(None)


@repaired_by("templates/endpoint_module.py.jinja", "templates/types.py.jinja")
def test_a_status_that_the_standard_library_does_not_know_is_a_value_error(stock: ModuleType) -> None:
    with pytest.raises(ValueError, match="520 is not a valid HTTPStatus"):
        read(stock, 520)


@repaired_by("templates/endpoint_module.py.jinja", "templates/types.py.jinja")
def test_a_success_that_is_not_documented_is_read_as_nothing(stock: ModuleType) -> None:
    assert read(stock, 201) is None


@repaired_by("templates/endpoint_module.py.jinja", "templates/types.py.jinja")
def test_a_list_in_the_query_ignores_that_its_items_belong_together(stock: ModuleType) -> None:
    service = Service(stock)
    stock.api.orders.read_thing.sync(client=service.client, days=["2026-11-01", "2026-11-02"])
    assert service.asked[0].url.query == b"days=2026-11-01&days=2026-11-02"


@repaired_by("templates/endpoint_module.py.jinja")
def test_no_public_function_of_an_operation_does_without_a_client(stock: ModuleType) -> None:
    operation = stock.api.orders.read_thing
    functions = [
        function
        for name, function in inspect.getmembers(operation, inspect.isfunction)
        if function.__module__ == operation.__name__ and not name.startswith("_")
    ]
    assert functions
    assert all("client" in inspect.signature(function).parameters for function in functions)


@repaired_by("templates/errors.py.jinja")
def test_the_error_of_a_status_prints_the_whole_body(stock: ModuleType) -> None:
    with pytest.raises(stock.errors.UnexpectedStatus, match="Nobody Street 1"):
        read(stock, 404, b'{"address": "Nobody Street 1"}', raise_on_unexpected_status=True)


@repaired_by("templates/errors.py.jinja", "templates/types.py.jinja")
def test_a_page_of_html_is_a_bare_json_decode_error(stock: ModuleType) -> None:
    with pytest.raises(json.JSONDecodeError):
        read(stock, 200, b"<html>hello</html>")


@repaired_by("templates/errors.py.jinja", "templates/model.py.jinja")
def test_a_required_field_that_is_missing_is_a_bare_key_error(stock: ModuleType) -> None:
    with pytest.raises(KeyError):
        read(stock, 200, b"{}")


@repaired_by("templates/literal_enum.py.jinja")
def test_a_code_that_is_new_is_a_type_error(stock: ModuleType) -> None:
    with pytest.raises(TypeError, match="Unexpected value 'blue'"):
        read(stock, 200, b'{"id": "7", "colour": "blue"}')


@repaired_by("templates/model.py.jinja", "templates/types.py.jinja")
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_the_copy_of_a_model_takes_its_unset_fields_for_set(stock: ModuleType, copied: Callable[[Any], Any]) -> None:
    thing = stock.models.Thing(id="7")
    assert thing.to_dict() == {"id": "7"}
    assert "note" in copied(thing).to_dict()


@repaired_by("templates/model.py.jinja")
def test_null_in_an_optional_object_is_a_bare_type_error(stock: ModuleType) -> None:
    with pytest.raises(TypeError, match="NoneType"):
        read(stock, 200, b'{"id": "7", "place": null}')


@repaired_by("templates/model.py.jinja")
def test_a_datetime_without_an_offset_goes_out(stock: ModuleType) -> None:
    sent = stock.models.Thing(id="7", at=datetime.datetime(2026, 11, 1)).to_dict()
    assert sent["at"] == "2026-11-01T00:00:00"


@repaired_by("templates/model.py.jinja")
def test_a_field_that_only_the_service_sets_goes_out(stock: ModuleType) -> None:
    now = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
    assert "created_at" in stock.models.Thing(id="7", created_at=now).to_dict()


@repaired_by("templates/model.py.jinja")
def test_a_decimal_loses_digits(stock: ModuleType) -> None:
    amount = "12345678901234567.89"
    assert str(read(stock, 200, f'{{"id": "7", "amount": {amount}}}'.encode()).amount) != amount


@repaired_by("templates/model.py.jinja")
def test_a_text_that_is_too_long_is_taken(stock: ModuleType) -> None:
    assert stock.models.Thing.from_dict({"id": "7", "note": "four"}).note == "four"


@repaired_by("templates/model.py.jinja", "templates/types.py.jinja")
def test_a_field_that_no_schema_names_is_dropped_without_a_word(stock: ModuleType) -> None:
    assert stock.models.Thing.from_dict({"id": "7", "more": 1}).to_dict() == {"id": "7"}


@repaired_by("generate.py")
def test_two_schemas_of_one_title_drop_an_operation_with_exit_status_0(tmp_path: Path) -> None:
    titled = {"type": "object", "title": "Thing", "properties": {"id": TEXT}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Other"}}}}
    text = generation.specification({"One": titled, "Other": titled}, requestBody=body)
    (tmp_path / "openapi.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "config.yaml").write_text("post_hooks: []", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta=none", "--path=openapi.yaml"]
    done = subprocess.run([*command, "--config=config.yaml", "--output-path=made"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert (tmp_path / "made" / "client.py").exists()
    assert not list((tmp_path / "made").rglob("read_thing.py"))


@repaired_by("generate.py")
def test_a_text_that_is_only_referred_to_brings_no_length_along() -> None:
    schemas = {"Short": SCHEMAS["Thing"]["properties"]["note"]}
    schemas["Model"] = {"type": "object", "properties": {"short": {"$ref": "#/components/schemas/Short"}}}
    document = yaml.safe_load(generation.specification(schemas))
    config = Config.from_sources(ConfigFile(), MetaType.NONE, Path("openapi.yaml"), "utf-8", False, None)
    parsed = GeneratorData.from_dict(document, config=config)
    assert isinstance(parsed, GeneratorData)
    (model,) = parsed.models
    (short,) = (model.data.properties or {}).values()
    assert isinstance(short, Reference)


def test_each_template_of_ours_repairs_a_defect_that_is_shown_here() -> None:
    ours = {f"templates/{path.name}" for path in (generation.ROOT / "spec" / "templates").iterdir()}
    unclaimed, unknown = ours - CLAIMED.keys(), CLAIMED.keys() - ours - {"generate.py"}
    assert not unclaimed, f"show here what is wrong with stock output without {sorted(unclaimed)}"
    assert not unknown, f"no such template: {sorted(unknown)}"


def test_a_defect_that_is_gone_names_what_can_go() -> None:
    def test_water_flows_uphill() -> None:
        pytest.fail("it does not")

    with pytest.raises(AssertionError, match=r"water flows uphill\. What spec/templates/hill\.jinja did"):
        telling_what_can_go(test_water_flows_uphill, ("templates/hill.jinja",))()
