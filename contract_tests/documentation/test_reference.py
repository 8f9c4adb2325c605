"""The reference leaves nothing out: no public name or member, no error, setting, policy, fault, path or status."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sphinx.util.inventory import InventoryFile

import sendcloud_orders
import sendcloud_orders_api.models
import sendcloud_orders_sandbox
from ledger import LEDGER, RULES
from reference import SITE, errors, models, names, project, rules, sandbox
from reference.proving import proofs_of_rules
from sendcloud_orders import OrdersClient
from sendcloud_orders_cli.access import FILE_VARIABLE, NAMES
from sendcloud_orders_cli.endings import Status
from sendcloud_orders_sandbox import FaultKind, Policies, control

DOCS = Path(__file__).parents[2] / "docs"
PACKAGES = (sendcloud_orders, sendcloud_orders_sandbox)
# Described as a whole: what a test of one's own may override is what the sandbox is made of.
WHOLE = ("Rules",)


def reference(page: str) -> str:
    return (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8")


def public_classes(package: ModuleType) -> Iterator[type]:
    for name in package.__all__:
        found = getattr(package, name)
        if isinstance(found, type) and name not in WHOLE:
            yield found


def members_of(public: type) -> set[str]:
    return {name for name in {*public.__dict__, *inspect.get_annotations(public)} if not name.startswith("_")}


@pytest.fixture(scope="module")
def described() -> set[str]:
    """Return the full names of what the built site describes."""
    inventory = InventoryFile.loads((SITE / "objects.inv").read_bytes(), uri="")
    return {name for kind, found in inventory.data.items() if kind.startswith("py:") for name in found}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_name_is_described(package: ModuleType, described: set[str]) -> None:
    assert [name for name in package.__all__ if f"{package.__name__}.{name}" not in described] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_member_of_a_public_class_is_described(package: ModuleType, described: set[str]) -> None:
    members = [
        f"{package.__name__}.{one.__name__}.{name}" for one in public_classes(package) for name in members_of(one)
    ]
    # Those are told under "Faults".
    kinds = {f"{sendcloud_orders_sandbox.__name__}.FaultKind.{kind.name}" for kind in FaultKind}
    assert sorted(set(members) - described - kinds - NOT_FOR_USERS) == []


# Public for the other modules of the package alone.
NOT_FOR_USERS = {
    *(f"sendcloud_orders.{name}" for name in ("Journal.after_fork", "Pace.after_fork", "Coalescing.after_fork")),
    *(f"sendcloud_orders_sandbox.Message.{name}" for name in ("hear", "forget")),
}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_class_function_method_and_property_says_what_it_does(package: ModuleType) -> None:
    silent = [one.__name__ for one in public_classes(package) if not one.__doc__]
    for one in public_classes(package):
        for name in members_of(one):
            found: Any = inspect.getattr_static(one, name, None)
            function = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
            if inspect.isfunction(function) and not function.__doc__:
                silent.append(f"{one.__name__}.{name}")
    assert silent == []


def test_every_model_that_a_signature_names_is_described(described: set[str]) -> None:
    shown = {model for page in models.ROOTS for model in models.models_of(page)}
    assert {f"{models.MODULE}.{name}" for name in shown} <= described
    signatures = " ".join(
        str(inspect.signature(method)) for _, method in inspect.getmembers(OrdersClient, inspect.isfunction)
    )
    named = set(re.findall(r"\b[A-Z]\w+\b", signatures)) & set(sendcloud_orders_api.models.__all__)
    assert named - shown - {"ShipWith"} == set()


@pytest.mark.parametrize("page", models.ROOTS)
def test_a_model_is_described_with_exactly_its_fields(page: str) -> None:
    for name in models.models_of(page):
        fields = getattr(getattr(sendcloud_orders_api.models, name), "__struct_fields__", ())
        assert {*models.fields_of(name), *(["extra"] if "extra" in fields else [])} == set(fields), name


def test_bounds_of_a_field_are_those_of_the_spec() -> None:
    assert models.told({"type": "integer", "minimum": 1}, required=True) == "**Required.** At least 1."
    assert models.bounds_of({"type": "string", "minLength": 2, "maxLength": 2}) == ["exactly 2 characters"]
    assert models.bounds_of({"type": "number", "exclusiveMinimum": 0}) == ["more than 0"]


def test_the_tree_of_errors_has_every_error_once_below_its_base() -> None:
    lines = [line.partition("`")[2].partition("`")[0] for line in errors.tree().splitlines()]
    assert sorted(lines) == sorted(one.__name__ for one in errors.error_classes())


def test_of_every_error_the_page_says_what_to_do() -> None:
    parts = re.split(r"^\.\. autoexception:: sendcloud_orders\.", reference("errors"), flags=re.MULTILINE)[1:]
    told = {part.split()[0] for part in parts if "**What to do**:" in part}
    assert told == {one.__name__ for one in errors.error_classes()}


def test_every_argument_of_a_client_is_told_with_its_default() -> None:
    told = dict(re.findall(r"^`([a-z_]+)`(?: = `([^`]*)`)?$", reference("settings"), flags=re.MULTILINE))
    parameters = {name: one for name, one in inspect.signature(OrdersClient).parameters.items() if name != "self"}
    expected = {
        name: "" if one.default is one.empty else repr(one.default).replace("'", '"')
        for name, one in parameters.items()
    }
    assert told == expected


def test_every_environment_variable_is_told() -> None:
    told = set(re.findall(r"`(SENDCLOUD_\w+)`", reference("settings")))
    assert told == {*NAMES, FILE_VARIABLE}


def test_every_exit_status_is_told() -> None:
    told = {int(status) for status in re.findall(r"^\| (\d+) \|", reference("command-line"), flags=re.MULTILINE)}
    assert told == {status.value for status in Status}


def test_every_kind_of_fault_is_told() -> None:
    assert sandbox.FAULTS.keys() == set(FaultKind)
    assert all(f"`{kind}`" in sandbox.faults() for kind in FaultKind)


def test_every_policy_is_told_with_its_values() -> None:
    text = sandbox.policies()
    assert text.count("{py:attribute}") == len(Policies.__struct_fields__)
    assert "`400` (the default), `409`." in text
    assert "`false` (the default), `true`." in text


def test_every_control_path_is_told() -> None:
    tree = ast.parse(inspect.getsource(control))
    actions = {
        str(node.pattern.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.match_case)
        and isinstance(node.pattern, ast.MatchValue)
        and isinstance(node.pattern.value, ast.Constant)
    }
    actions.add(f"GET {control.LABELS_PATH.rpartition('/')[2]}")
    told = set(re.findall(r"`(GET|POST|PATCH|DELETE) /_sandbox/(\w+)(?:/ID)?`", reference("sandbox")))
    assert {" ".join(one) for one in told} == actions


def test_the_ledger_has_each_rule_with_all_its_words() -> None:
    text = rules.ledger()
    assert [rule.id for rule in RULES.values() if f"{{rule}} {rule.id}\n{rule.text}\n" not in text] == []


def test_the_ledger_keeps_what_stands_beside_the_rules() -> None:
    rows = [line for line in LEDGER.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row not in rules.ledger()] == []


def test_each_rule_names_tests_by_the_line_that_they_stand_on() -> None:
    assert proofs_of_rules().keys() >= RULES.keys()
    tests = Path(__file__).parents[1]
    for proof in (one for id_ in RULES for one in proofs_of_rules()[id_]):
        line = (tests / f"{proof.file}.py").read_text(encoding="utf-8").splitlines()[proof.line - 1]
        assert "def " in line or "by its parameters" in proof.title, proof


def test_a_name_that_stands_alone_belongs_to_the_package_that_users_import() -> None:
    assert names.owner("Credentials") == "sendcloud_orders.Credentials"
    assert names.owner("OrderInput") == "sendcloud_orders_api.models.OrderInput"
    assert names.owner("Sandbox") == "sendcloud_orders_sandbox.Sandbox"


def test_a_file_of_the_repository_leads_to_the_pages_of_the_site() -> None:
    text = project.page("contributing")
    assert "(../explanation/architecture.md)" in text
    assert "(../reference/ledger.md)" in text
    assert re.findall(r"\]\((?!https://|\.\./)", text) == []
