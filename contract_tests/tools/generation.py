"""Generate packages from specifications of a few lines, and import them."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def load_script() -> ModuleType:
    """Import `spec/generate.py`, which is a script and in no package."""
    return _load("spec_generate", ROOT / "spec" / "generate.py")


def generate(text: str, folder: Path, templates: Path | None = None) -> ModuleType:
    """Generate a package from the text of a specification, with our configuration and templates, and import it.

    An empty folder of `templates` leaves all of them to the generator.
    """
    script = load_script()
    path = folder / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    script.generate(folder / "package", path, script.CONFIG, templates or script.TEMPLATES)
    return import_package(folder / "package")


def import_package(folder: Path) -> ModuleType:
    """Import a generated package, whatever folder it is in, with all modules below it."""
    package = _load(f"made_{folder.parent.name}".replace("-", "_"), folder / "__init__.py", [str(folder)])
    for path in sorted(folder.rglob("[!_]*.py")):
        importlib.import_module(".".join((package.__name__, *path.relative_to(folder).with_suffix("").parts)))
    return package


def specification(schemas: dict[str, Any] | None = None, **operation: Any) -> str:
    """Write a specification with these component schemas and one GET operation, `read_thing`."""
    read_thing = {"operationId": "read_thing", "tags": ["orders"], "summary": "Read a thing", **operation}
    read_thing.setdefault("responses", {"204": {"description": "Nothing."}})
    return yaml.safe_dump(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "paths": {"/things": {"get": read_thing}},
            "components": {"schemas": schemas or {}},
        },
        sort_keys=False,
        allow_unicode=True,
    )


def _load(name: str, path: Path, search: list[str] | None = None) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, path, submodule_search_locations=search)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module
