"""What our templates make of a specification of a few lines, and which stock templates they replace."""

import datetime
import hashlib
import json
import re
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import msgspec
import pytest

from tools import generation

TEMPLATES = generation.ROOT / "spec" / "templates"
STOCK = {
    "client.py.jinja": "4eac65762f21014a7fbf59e730f1be6d28c9c85ddc1c40b458b6ff5f67a64c9e",
    "endpoint_module.py.jinja": "c1b2628053eb4875ba59566baa5ae907666f9cbfafa308d93f970a4404b7cd52",
    "errors.py.jinja": "b6ba7ea79aa7d7f24b47119985d1ed20268d3da0ab70309ee138088a106b6af9",
    "literal_enum.py.jinja": "04f2eb9334dd543ab7fa91a1fe3a73e7d5f2cf50e09d864429ddb58e506c8b68",
    "model.py.jinja": "fd1c79680d51c06cfbb89809ad123750ba9add98b688036c04cabbf1f8ba40a0",
    "types.py.jinja": "93df9d75883a4eafac77dd21bc6907f3ef612e3f7841e08656618dcf6c4ce494",
}
HOSTILE = 'Ends in a quote, holds """ and \\ and \\N{x}, {braces}\nand another line, "'
TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Facts": {"type": "object", "additionalProperties": True, "description": "Anything."},
    "Colour": {"type": "string", "enum": ["red", 'dark "blue"', "\\n"], "description": HOSTILE},
    "Sent": {
        "type": "object",
        "additionalProperties": False,
        "description": HOSTILE,
        "required": ["needed", "needed_or_null"],
        "properties": {
            "needed": {**TEXT, "description": HOSTILE},
            "needed_or_null": {"type": ["string", "null"]},
            "maybe": TEXT,
            "maybe_null": {"type": ["string", "null"]},
            "amount": {"type": "number", "format": "decimal"},
            "at": {"type": "string", "format": "date-time"},
            "colour": {"$ref": "#/components/schemas/Colour"},
            "facts": {"$ref": "#/components/schemas/Facts"},
            "from": TEXT,
            "kebab-name": {"type": "integer"},
            "tags": {"type": ["array", "null"], "items": TEXT},
            "billed": {"$ref": "#/components/schemas/Place"},
            "shipped": {"$ref": "#/components/schemas/Place"},
            "size": {"$ref": "#/components/schemas/Size"},
            "code": {"type": ["string", "null"], "minLength": 2, "maxLength": 3},
            "count": {"type": "integer", "minimum": 1},
            "weight": {"type": "number", "exclusiveMinimum": 0},
            "created_at": {"type": "string", "format": "date-time", "readOnly": True},
        },
    },
    "Read": {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": ["integer", "string"], "format": "int64"},
            "maybe": TEXT,
            "count": {"type": "integer", "minimum": 1},
            "amount": {"type": ["number", "string", "null"], "format": "decimal"},
            "at": {"type": "string", "format": "date-time"},
            "day": {"type": "string", "format": "date"},
            "either": {"oneOf": [{"$ref": "#/components/schemas/Leaf"}, {"type": "null"}]},
            "one_or_many": {
                "oneOf": [
                    {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}},
                    {"$ref": "#/components/schemas/Leaf"},
                ]
            },
            "kebab-name": TEXT,
            "created_at": {"type": "string", "format": "date-time", "readOnly": True},
        },
    },
    "Place": {"type": "object", "additionalProperties": False, "description": "A place.", "properties": {"name": TEXT}},
    "Size": {"type": "string", "minLength": 1, "description": "A size."},
    "Leaf": {"type": "object", "properties": {"text": TEXT}},
    "Conditions": {
        "type": "object",
        "additionalProperties": False,
        "if": {"required": ["id"]},
        "then": {"not": {"required": ["other_id"]}},
        "else": {"required": ["other_id"]},
        "properties": {"id": TEXT, "other_id": TEXT},
    },
    "Alternatives": {
        "type": "object",
        "additionalProperties": False,
        "allOf": [{"anyOf": [{"required": ["id"]}, {"required": ["other_id"]}]}],
        "properties": {"id": TEXT, "other_id": TEXT},
    },
}


def json_answer(schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": HOSTILE, "content": content}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    text = generation.specification(
        SCHEMAS,
        description=HOSTILE,
        parameters=[
            {
                "name": "some-days",
                "in": "query",
                "schema": {"type": "array", "items": {"type": "string", "format": "date"}},
            },
            {"name": "flag", "in": "query", "required": True, "schema": {"type": "boolean"}},
            {"name": "X-Key", "in": "header", "schema": TEXT},
        ],
        responses={
            "200": json_answer("Read"),
            "204": {"description": "Nothing."},
            "404": json_answer("Leaf"),
            "5XX": json_answer("Facts"),
        },
    )
    return generation.generate(text, tmp_path_factory.mktemp("made"))


def hints(model: type) -> dict[str, Any]:
    return get_type_hints(model)


def test_the_replaced_stock_templates_are_the_ones_that_ours_were_written_against() -> None:
    stock = files("openapi_python_client") / "templates"
    found = {path.name: hashlib.sha256((stock / path.name).read_bytes()).hexdigest() for path in TEMPLATES.iterdir()}
    moved = sorted(name for name in found.keys() | STOCK.keys() if found.get(name) != STOCK.get(name))
    assert not moved, (
        f"the generator's own {', '.join(moved)} changed: compare the new stock template with the old one, take over "
        "into spec/templates what concerns us, run `make generate`, read its diff, then pin these: "
        f"{ {name: found.get(name) for name in moved} }"
    )


@pytest.mark.parametrize("path", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_each_template_of_ours_says_why_it_is_there(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{#\nWhy: ")


def test_an_absent_field_is_unset_in_what_is_sent_and_none_in_what_is_read(made: ModuleType) -> None:
    unset = made.types.UNSET
    sent = made.models.Sent(needed="x", needed_or_null=None)
    assert (sent.maybe, sent.maybe_null, sent.tags) == (unset, unset, unset)
    assert (made.models.Read(id=1).maybe, made.models.Read(id=1).either) == (None, None)


def test_a_field_to_send_is_nullable_only_where_the_schema_says_so(made: ModuleType) -> None:
    sent = hints(made.models.Sent)
    assert (sent["needed"], sent["needed_or_null"]) == (str, str | None)
    assert (sent["maybe"], sent["maybe_null"]) == (str | msgspec.UnsetType, str | msgspec.UnsetType | None)


def test_every_model_keeps_what_its_schema_does_not_name(made: ModuleType) -> None:
    sent = made.models.Sent(needed="x", needed_or_null=None, extra={"more": 1})
    assert made.types.decode(made.models.Sent, b'{"needed":"x","needed_or_null":null,"more":1}') == sent
    assert made.types.decode(made.models.Read, b'{"more":1,"id":1}') == made.models.Read(id=1, extra={"more": 1})


def test_a_read_only_field_is_read_and_not_sent(made: ModuleType) -> None:
    assert "created_at" not in hints(made.models.Sent)
    assert hints(made.models.Read)["created_at"] == datetime.datetime | None


def source(made: ModuleType, name: str) -> str:
    return Path(str(__import__(f"{made.__name__}.models.{name}", fromlist=[name]).__file__)).read_text(encoding="utf-8")


def test_the_text_of_a_class_stands_once_and_not_at_each_field_that_refers_to_it(made: ModuleType) -> None:
    assert "A place." in source(made, "place")
    assert "A place." not in source(made, "sent")


def test_a_field_keeps_its_own_text_and_that_of_a_reference_to_no_class(made: ModuleType) -> None:
    sent = source(made, "sent")
    assert re.search(r'    size: .* = UNSET\n    """A size."""\n', sent)
    assert sent.count("Ends in a quote") == 2


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("size", "x", ""),
        ("code", "abc", "a"),
        ("code", None, "abcd"),
        ("count", 1, 0),
        ("weight", 0.1, 0),
    ],
)
def test_the_codec_holds_what_is_sent_to_its_bounds_and_what_is_read_to_none(
    made: ModuleType, name: str, good: object, bad: object
) -> None:
    sent = {"needed": "x", "needed_or_null": None}
    assert getattr(msgspec.convert({**sent, name: good}, made.models.Sent), name) == good
    with pytest.raises(msgspec.ValidationError, match=re.escape(f"$.{name}")):
        msgspec.convert({**sent, name: bad}, made.models.Sent)
    assert msgspec.convert({"id": 1, "count": 0}, made.models.Read).count == 0


def test_a_decimal_format_is_a_decimal(made: ModuleType) -> None:
    assert hints(made.models.Sent)["amount"] == Decimal | msgspec.UnsetType
    assert hints(made.models.Read)["amount"] == Decimal | None


def test_an_int64_that_may_be_a_string_is_a_number(made: ModuleType) -> None:
    assert hints(made.models.Read)["id"] is int


def test_a_date_time_is_a_datetime_and_a_date_a_date(made: ModuleType) -> None:
    assert hints(made.models.Read)["at"] == datetime.datetime | None
    assert hints(made.models.Read)["day"] == datetime.date | None


def test_a_schema_without_properties_is_a_plain_dictionary(made: ModuleType) -> None:
    assert made.models.Facts == dict[str, Any]
    assert hints(made.models.Sent)["facts"] == dict[str, Any] | msgspec.UnsetType


def test_an_enum_is_a_literal_and_nothing_else(made: ModuleType) -> None:
    assert set(made.models.Colour.__args__) == set(SCHEMAS["Colour"]["enum"])
    module = __import__(f"{made.__name__}.models.colour", fromlist=["colour"])
    assert [name for name in vars(module) if not name.startswith("_")] == ["Literal", "TypeAlias", "Colour"]


def test_one_or_many_reads_both(made: ModuleType) -> None:
    leaf = made.models.Leaf(text="x")
    assert made.types.decode(made.models.Read, b'{"id":1,"one_or_many":{"text":"x"}}').one_or_many == leaf
    assert made.types.decode(made.models.Read, b'{"id":1,"one_or_many":[{"text":"x"}]}').one_or_many == [leaf]


@pytest.mark.parametrize("name", ["Conditions", "Alternatives"])
def test_conditions_beside_properties_make_one_model_with_all_fields_optional(made: ModuleType, name: str) -> None:
    model = getattr(made.models, name)
    extra = {"extra": dict[str, Any] | msgspec.UnsetType}
    assert hints(model) == {"id": str | msgspec.UnsetType, "other_id": str | msgspec.UnsetType} | extra


def test_a_name_that_python_cannot_say_keeps_its_name_on_the_wire(made: ModuleType) -> None:
    sent = made.models.Sent(needed="x", needed_or_null=None, from_="y", kebab_name=1)
    written = made.types.encode(sent)
    assert json.loads(written) == {"needed": "x", "needed_or_null": None, "from": "y", "kebab-name": 1}
    assert made.types.decode(made.models.Sent, written) == sent
    assert made.types.decode(made.models.Read, b'{"id":1,"kebab-name":"z"}').kebab_name == "z"


def test_a_description_cannot_break_out_of_its_docstring(made: ModuleType) -> None:
    for documented in (made.models.Sent, made.api.orders.read_thing):
        said = " ".join(documented.__doc__.split())
        assert 'holds """ and \\ and \\N{x}, {braces} and another line, "' in said


def test_parameters_are_written_by_their_names_on_the_wire(made: ModuleType) -> None:
    days = [datetime.date(2026, 11, 1), datetime.date(2026, 11, 2)]
    request = made.api.orders.read_thing.build_request(some_days=days, flag=True, x_key="k")
    assert request.params == {"some-days": "2026-11-01,2026-11-02", "flag": "true"}
    assert request.headers["X-Key"] == "k"


def test_each_status_is_read_as_its_own_schema(made: ModuleType) -> None:
    parse = made.api.orders.read_thing.parse_response
    assert parse(200, b'{"id":"7"}') == made.models.Read(id=7)
    assert parse(204, b"") is None
    assert parse(404, b'{"text":"x"}') == made.models.Leaf(text="x")
    assert parse(520, b'{"any":1}') == {"any": 1}


def test_an_undocumented_status_is_read_like_the_first_documented_one_of_its_kind(made: ModuleType) -> None:
    parse = made.api.orders.read_thing.parse_response
    assert parse(299, b'{"id":"7"}') == made.models.Read(id=7)
    assert parse(418, b'{"text":"x"}') == made.models.Leaf(text="x")


def test_an_operation_without_documented_errors_takes_no_error_for_a_success(tmp_path: Path) -> None:
    made = generation.generate(generation.specification({"Leaf": SCHEMAS["Leaf"]}), tmp_path)
    with pytest.raises(made.errors.UnreadableResponse):
        made.api.orders.read_thing.parse_response(404, b"{}")
