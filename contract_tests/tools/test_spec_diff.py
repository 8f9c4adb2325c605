"""The card of a change of our own document: whom it breaks, the step, the names and the rules that it touches."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ledger
import schemas
from spec_diff import steps
from spec_diff.__main__ import main
from spec_diff.cards import Card, as_markdown
from spec_diff.comparing import Difference, compare
from spec_diff.documents import Document, DocumentError, load, load_base
from spec_diff.explaining import Touch, rules_touched, touches
from spec_diff.findings import findings
from spec_diff.names import PACKAGE, Names, compare_names, public_names
from spec_diff.operations import METHODS
from spec_diff.steps import Step, broken, step_of, verdict
from tools import reconstruction, spec_edits
from tools.spec_edits import Content

OURS = load(str(schemas.SPEC))
Change = Callable[[Content], object]
TEXT = {"type": "string"}
FILTER = {"name": "x", "in": "query", "schema": TEXT}


def changed(*changes: Change) -> Document:
    content = copy.deepcopy(OURS.content)
    for change in changes:
        change(content)
    return Document("the change", content)


def schema(content: Content, name: str) -> dict[str, Any]:
    found: dict[str, Any] = content["components"]["schemas"][name]
    return found


def field(content: Content, owner: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(content, owner)["properties"][name]
    return found


def filters(content: Content) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = content["paths"]["/orders"]["get"]["parameters"]
    return found


def filter_(content: Content, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one["schema"] for one in filters(content) if one["name"] == name)
    return found


def answers(content: Content) -> dict[str, Any]:
    found: dict[str, Any] = content["paths"]["/orders"]["post"]["responses"]
    return found


def requiring_a_new_field(content: Content) -> None:
    schema(content, "StatusInput")["properties"]["x"] = TEXT
    schema(content, "StatusInput")["required"].append("x")


def excluding_the_limit(content: Content) -> None:
    del field(content, "DimensionInput", "length")["minimum"]
    field(content, "DimensionInput", "length")["exclusiveMinimum"] = 0


BREAKS_WHO_SENDS: dict[str, Change] = {
    "a required field added": requiring_a_new_field,
    "a field removed": lambda c: schema(c, "OrderItemInput")["properties"].pop("sku"),
    "another type": lambda c: field(c, "OrderItemInput", "quantity").update(type="string"),
    "made required": lambda c: schema(c, "StatusInput")["required"].append("message"),
    "no longer null": lambda c: field(c, "OrderDetailsInput", "notes").update(type="string"),
    "a code removed": lambda c: schema(c, "WeightUnit")["enum"].remove("oz"),
    "a lower limit": lambda c: schema(c, "OrderBatch").update(maxItems=50),
    "a limit excluded": excluding_the_limit,
    "a pattern where there was none": lambda c: field(c, "OrderItemInput", "sku").update(pattern="^x"),
    "a narrower format": lambda c: field(c, "OrderItemInput", "image_url").update(format="uri"),
    "another format": lambda c: field(c, "OrderItemInput", "image_url").update(format="date"),
    "another pattern": lambda c: field(c, "OrderInput", "id").update(pattern="^x"),
    "a required filter added": lambda c: filters(c).append({**FILTER, "required": True}),
    "a filter removed": lambda c: filters(c).pop(),
    "another default": lambda c: filter_(c, "page_size").update(default=50),
    "an operation removed": lambda c: c["paths"]["/orders/{id}"].pop("delete"),
    "fewer credentials": lambda c: c["paths"]["/orders"]["post"]["security"].pop(),
    "another media type": lambda c: c["paths"]["/orders"]["post"]["requestBody"]["content"].update(
        {"application/xml": c["paths"]["/orders"]["post"]["requestBody"]["content"].pop("application/json")}
    ),
}
BREAKS_WHO_READS: dict[str, Change] = {
    "a field removed": lambda c: schema(c, "OrderItem")["properties"].pop("sku"),
    "another type": lambda c: field(c, "OrderItem", "quantity").update(type="string"),
    "a wider type": lambda c: field(c, "OrderItem", "quantity").update(type="number"),
    "made optional": lambda c: schema(c, "OrderItem")["required"].remove("quantity"),
    "made nullable": lambda c: field(c, "OrderItem", "name").update(type=["string", "null"]),
    "another status": lambda c: answers(c).update({"200": answers(c).pop("201")}),
    "a success that no longer comes": lambda c: answers(c).pop("201"),
    "closed answers": lambda c: schema(c, "Order").update(additionalProperties=False),
    "a header removed": lambda c: c["components"]["responses"]["TooManyRequests"].pop("headers"),
}
ADDS: dict[str, Change] = {
    "a field to send": lambda c: schema(c, "OrderItemInput")["properties"].update(x=TEXT),
    "a field to read": lambda c: schema(c, "OrderItem")["properties"].update(x=TEXT),
    "a wider type to send": lambda c: field(c, "OrderItemInput", "quantity").update(type="number"),
    "less that has to be sent": lambda c: schema(c, "PriceInput")["required"].remove("currency"),
    "more that is there to read": lambda c: schema(c, "Status")["required"].append("message"),
    "null to send": lambda c: field(c, "OrderItemInput", "sku").update(type=["string", "null"]),
    "no null to read": lambda c: field(c, "OrderItem", "sku").update(type="string"),
    "a code to send": lambda c: schema(c, "WeightUnit")["enum"].append("st"),
    "a higher limit": lambda c: schema(c, "OrderBatch").update(maxItems=200),
    "a lower limit": lambda c: field(c, "WeightInput", "value").update(exclusiveMinimum=-1),
    "a wider format to send": lambda c: field(c, "OrderItemInput", "image_url").update(format="iri-reference"),
    "a filter": lambda c: filters(c).append(FILTER),
    "a default": lambda c: filter_(c, "status").update(default="open"),
    "a status": lambda c: answers(c).update({"207": answers(c)["201"]}),
    "open requests": lambda c: schema(c, "PriceInput").update(additionalProperties=True),
    "an announced end": lambda c: c["paths"]["/orders/{id}"]["delete"].update(deprecated=True),
}
NEITHER: dict[str, Change] = {"an error that no longer comes": lambda c: answers(c).pop("413")}
CASES = [
    pytest.param(change, whom, step, id=f"{whom}, {step.word}: {name}")
    for changes, whom, step in (
        (BREAKS_WHO_SENDS, "who sends", Step.MAJOR),
        (BREAKS_WHO_READS, "who reads", Step.MAJOR),
        (ADDS, "neither", Step.MINOR),
        (NEITHER, "neither", Step.PATCH),
    )
    for name, change in changes.items()
]


@pytest.mark.parametrize(("change", "whom", "step"), CASES)
def test_a_change_breaks_whom_it_should_and_asks_for_its_step(change: Change, whom: str, step: Step) -> None:
    [finding] = findings(compare(OURS, changed(change)))
    assert (broken(finding), step_of(finding)) == (whom, step)


def test_a_change_of_what_is_both_sent_and_read_may_break_both() -> None:
    [finding] = findings(
        compare(OURS, changed(lambda c: schema(c, "ItemProperties").update(additionalProperties=False)))
    )
    assert broken(finding) == "who sends and who reads"


def test_another_wording_is_a_patch() -> None:
    reworded = changed(lambda c: schema(c, "Order").update(description="Other words."))
    assert steps.step(findings(compare(OURS, reworded))) is Step.PATCH


def test_every_kind_of_change_has_a_verdict_in_both_directions() -> None:
    kinds: dict[tuple[str, bool], Difference] = {}
    for other in (reconstruction.document(), changed(say_of_each_schema), changed(leave_only_operations)):
        for one in (*compare(OURS, other), *compare(other, OURS)):
            kinds[one.kind, one.is_sent] = one
    assert {kind for kind, _ in kinds} >= {"type", "enum", "readOnly", "status added", "field added", "condition"}
    assert all(verdict(one).reason for one in kinds.values())


def say_of_each_schema(content: Content) -> None:
    """Change every schema alike, so that a difference shows at every place."""
    for pointer in spec_edits.schemas(OURS):
        spec_edits.at(content, pointer)["deprecated"] = True


def leave_only_operations(content: Content) -> None:
    """Take away what the operations send and answer."""
    for item in content["paths"].values():
        item.pop("parameters", None)
        item |= {method: {"responses": {}} for method in METHODS if method in item}


# ---------------------------------------------------------------- names


def test_names_are_public_where_they_are_defined_and_when_nothing_says_otherwise(tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("from .client import Client\n")
    (package / "client.py").write_text(
        "import json\n_KNOWN = 1\nclass Client:\n    name: str = 'x'\n    _secret: str\ndef ask(of: str) -> int: ...\n"
    )
    assert public_names(tmp_path) == {
        "client.Client": "class()",
        "client.Client.name": "str = 'x'",
        "client.ask": "(positional or keyword of: str) -> int",
    }


def test_a_document_that_the_generator_refuses_is_told_with_its_name() -> None:
    with pytest.raises(DocumentError, match=r"the change: openapi.yaml, .* refers to nothing"):
        compare_names(changed(lambda c: c["components"]["schemas"].pop("Currency")), OURS)


@pytest.mark.parametrize(
    ("names", "step"),
    [(Names(removed=("x",)), Step.MAJOR), (Names(added=("x",)), Step.MINOR), (Names(changed=("x",)), Step.PATCH)],
)
def test_a_name_that_is_gone_is_a_major_step_and_a_new_one_a_minor_one(names: Names, step: Step) -> None:
    assert Card(OURS, OURS, (), names, ()).step is step


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize("touch", touches(), ids=lambda touch: " ".join(touch.rules))
def test_each_pattern_names_rules_that_exist(touch: Touch) -> None:
    assert set(touch.rules) <= ledger.RULES.keys()


def test_each_pattern_matches_a_place_of_the_spec() -> None:
    copies = (changed(say_of_each_schema), changed(leave_only_operations))
    places = {one.place for copy_ in copies for one in compare(OURS, copy_)}
    assert [touch for touch in touches() if not any(touch.where.matches(place) for place in places)] == []


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda c: filter_(c, "sort").update(maxItems=3), ["LIST-SORT"]),
        (lambda c: filter_(c, "page_size").update(default=50), ["LIST-PAGE-SIZE"]),
        (lambda c: c["components"]["parameters"]["PartnerId"].update(required=True), ["UPSERT-PARTNER"]),
        (lambda c: field(c, "CustomerDetailsUpdate", "phone").update(minLength=1), ["PATCH-MERGE", "PATCH-PHONE"]),
        (lambda c: schema(c, "Order").update(description="Other words."), []),
    ],
)
def test_the_rules_of_a_change_are_told_and_no_others(change: Change, rules: list[str]) -> None:
    assert rules_touched(compare(OURS, changed(change)), touches()) == rules


# ---------------------------------------------------------------- the card

CARD = """\
**Version step: major** (the document since `{base}`); before 1.0, a minor that says so
- `GET /orders`, `GET /orders/{{id}}` `200 data[].order_details.order_items[].brand (and 1 more)`: field removed: \
string. Breaks who reads: whoever reads it finds nothing (major).
- `POST /orders` `request [].order_details.order_items[].quantity`: minimum: 0 → 1. Breaks who sends: something that \
was accepted is refused (major).
- `GET /orders`, `GET /orders/{{id}}` `200 data[].order_details.order_items[].ean (and 1 more)`: field added: string. \
Breaks neither: the answers are open: a reader copes with new fields (minor).
- `POST /orders`, `PATCH /orders/{{id}}`, `POST /orders/create-labels-async` `request \
[].order_details.order_items[].measurement.weight.unit (and 4 more)`: \
enum value added: "oz". Breaks neither: more is accepted, and all that was accepted still is (minor).
- Generated names added: `models.order_item.OrderItem.ean`.
- Generated names changed: `models.order_item_input.OrderItemInput.quantity`, `models.weight_unit.WeightUnit`.
- Generated names removed: `models.order_item.OrderItem.brand`.
- Rules touched: UPSERT-ITEMS, UPSERT-BOUNDS, UPSERT-REQUIRED, PATCH-MERGE, PATCH-ITEMS, PATCH-ITEM-MISSING, \
READ-TOLERANT, LABEL-NAMED, LABEL-BODY.
"""


def test_the_card_of_a_change_is_fit_for_the_changelog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def as_it_was(content: Content) -> None:
        field(content, "OrderItemInput", "quantity")["minimum"] = 0
        schema(content, "OrderItem")["properties"]["brand"] = TEXT
        del schema(content, "OrderItem")["properties"]["ean"]
        schema(content, "WeightUnit")["enum"].remove("oz")
        schema(content, "Order")["description"] = "Other words."

    base = tmp_path / "base.json"
    base.write_text(json.dumps(changed(as_it_was).content))
    assert main(["changes", str(base)]) == 0
    assert capsys.readouterr().out == CARD.format(base=base)


def test_a_card_without_a_change_says_so() -> None:
    assert as_markdown(Card(OURS, OURS, (), Names(), ())).endswith("- The contract is the same.\n")


def test_a_revision_of_git_is_a_base_and_what_is_neither_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("git") is None or not (schemas.SPEC.parents[1] / ".git").exists():
        pytest.skip("git is not installed, or this is a source archive: there is no revision")
    assert load_base("HEAD").title == OURS.title
    assert main(["changes", "no-such-revision"]) == 2
    assert "no-such-revision is neither a file nor a git revision" in capsys.readouterr().err


def test_what_is_to_be_compared_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BASE", raising=False)
    monkeypatch.delenv("UPSTREAM", raising=False)
    for command, told in (("changes", "make spec-diff BASE="), ("drift", "make drift UPSTREAM=")):
        assert main([command]) == 2
        assert told in capsys.readouterr().err
