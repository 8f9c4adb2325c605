"""Who imports whom, and what the wheel asks for."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "sendcloud_orders_api": ROOT / "generated" / "sendcloud_orders_api",
    "sendcloud_orders": ROOT / "adapters" / "sendcloud_orders",
    "sendcloud_orders_cli": ROOT / "adapters" / "sendcloud_orders_cli",
    "sendcloud_orders_sandbox": ROOT / "contract_tests" / "sandbox" / "sendcloud_orders_sandbox",
}
OF_THE_TESTS = {"contract_tests", *(path.stem for path in (ROOT / "contract_tests").iterdir())}
# The one module of the adapters that others may import as such: it holds no rule of the service.
INSTALLING = "sendcloud_orders.installing"
HTTP_LIBRARIES = {"aiohttp", "h11", "httpcore", "httpcore2", "httpx", "httpx2", "requests", "urllib3"}


def imports(module: Path) -> Iterator[str]:
    """Yield the first name of each absolute import, wherever in the module it stands; all of INSTALLING."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module if node.module == INSTALLING else node.module.partition(".")[0]


def imported_by(package: str) -> dict[str, set[str]]:
    """Return, for each name that the package imports, the modules that do."""
    folder = PACKAGES[package]
    found: dict[str, set[str]] = {}
    for module in folder.rglob("*.py"):
        for name in imports(module):
            found.setdefault(name, set()).add(module.relative_to(folder).as_posix())
    return found


def third_parties(package: str) -> set[str]:
    return set(imported_by(package)) - sys.stdlib_module_names - PACKAGES.keys() - {INSTALLING}


def distributions(modules: set[str]) -> set[str]:
    known = packages_distributions()
    return {normal(name) for module in modules for name in known[module]}


def normal(requirement: str) -> str:
    """Return the normalized name of a distribution, without extras and versions."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


@pytest.fixture(scope="module")
def project() -> dict[str, dict[str, list[str]]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: dict[str, dict[str, list[str]]] = tomllib.load(file)["project"]
    return found


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("sendcloud_orders_api", set()),
        ("sendcloud_orders", {"sendcloud_orders_api"}),
        ("sendcloud_orders_sandbox", {"sendcloud_orders_api", INSTALLING}),
        ("sendcloud_orders_cli", {"sendcloud_orders", "sendcloud_orders_api", "sendcloud_orders_sandbox", INSTALLING}),
    ],
)
def test_a_package_imports_of_ours_only_what_it_may(package: str, allowed: set[str]) -> None:
    known = PACKAGES.keys() | OF_THE_TESTS | {INSTALLING}
    ours = {name: modules for name, modules in imported_by(package).items() if name in known}
    assert {name: modules for name, modules in ours.items() if name not in allowed | {package}} == {}


@pytest.mark.parametrize(
    ("package", "named"),
    [
        ("sendcloud_orders_api", {"httpx": {"client.py"}}),
        ("sendcloud_orders", {"httpx": {"transport.py"}}),
        # It asks for a date without keys, which no client of ours does.
        ("sendcloud_orders_cli", {"httpx": {"commands/doctor.py"}}),
        # A server needs no client; the grammar of HTTP is what it refuses odd requests by.
        ("sendcloud_orders_sandbox", {"h11": {"protocol.py"}}),
    ],
)
def test_one_module_of_a_package_names_the_http_library(package: str, named: dict[str, set[str]]) -> None:
    assert {name: modules for name, modules in imported_by(package).items() if name in HTTP_LIBRARIES} == named


def test_the_wheel_asks_for_what_it_imports_and_for_nothing_else(project: dict[str, list[str]]) -> None:
    imported = distributions(third_parties("sendcloud_orders") | third_parties("sendcloud_orders_api"))
    assert imported == {normal(requirement) for requirement in project["dependencies"]}


def test_the_extra_sandbox_adds_what_the_sandbox_imports(project: dict[str, dict[str, list[str]]]) -> None:
    # pytest is there whenever its plugin is loaded.
    imported = distributions(third_parties("sendcloud_orders_sandbox") - {"pytest"})
    declared = {normal(requirement) for requirement in project["dependencies"]}
    added = {normal(requirement) for requirement in project["optional-dependencies"]["sandbox"]}
    assert imported - declared == added


def test_the_extra_cli_adds_what_the_command_line_imports(project: dict[str, dict[str, list[str]]]) -> None:
    imported = distributions(third_parties("sendcloud_orders_cli"))
    declared = {normal(requirement) for requirement in project["dependencies"]}
    added = {normal(requirement) for requirement in project["optional-dependencies"]["cli"]}
    assert imported - declared == added


def test_the_command_line_imports_public_names_alone() -> None:
    hidden = [
        f"{module.name}: {node.module}"
        for module in PACKAGES["sendcloud_orders_cli"].rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sendcloud_orders.")
        if node.module != INSTALLING
    ]
    assert hidden == []
