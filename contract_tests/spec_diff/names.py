"""Generate the client of two documents, and say which of its public names were added, changed or removed."""

import importlib.util
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import griffe

from schemas import SPEC
from spec_diff.documents import Document, DocumentError

PACKAGE = "sendcloud_orders_api"


@dataclass(frozen=True)
class Names:
    """The public names of the generated package that differ between two documents."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def compare_names(before: Document, after: Document) -> Names:
    """Generate both clients with today's generator, and compare what they offer.

    Raises `DocumentError` when the generator refuses one of the documents.
    """
    with TemporaryDirectory() as scratch, ThreadPoolExecutor() as threads:
        # The generator is a program of its own.
        folders = threads.map(_generated, (before, after), (Path(scratch) / "before", Path(scratch) / "after"))
        old, new = map(public_names, folders)
    return Names(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def _generated(document: Document, folder: Path) -> Path:
    """Write the client of a document below a folder, and return the folder."""
    folder.mkdir()
    # JSON is YAML too.
    spec = folder / "openapi.yaml"
    spec.write_text(json.dumps(document.content, ensure_ascii=False), encoding="utf-8")
    script = _script()
    try:
        script.generate(folder / PACKAGE, spec, script.CONFIG, script.TEMPLATES)
    except script.SpecError as error:
        raise DocumentError(f"{document.name}: {' '.join(str(error).split())}") from None
    return folder


def _script() -> ModuleType:
    """Import `spec/generate.py`, which is a script and in no package."""
    found = importlib.util.spec_from_file_location("spec_generate", SPEC.parent / "generate.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[module.__name__] = module
    found.loader.exec_module(module)
    return module


def public_names(folder: Path) -> dict[str, str]:
    """Return the public names of a generated package, each with what it looks like to whoever uses it."""
    package = griffe.load(PACKAGE, search_paths=[str(folder)], allow_inspection=False)
    found: dict[str, str] = {}
    _collect(package, found)
    return found


def _collect(owner: griffe.Object | griffe.Alias, found: dict[str, str]) -> None:
    for name, member in owner.members.items():
        # What is imported is public where it is defined.
        if name.startswith("_") or member.is_alias:
            continue
        if not member.is_module:
            found[member.path.removeprefix(f"{PACKAGE}.")] = _look(member)
        if member.is_module or member.is_class:
            _collect(member, found)


def _look(member: griffe.Object | griffe.Alias) -> str:
    if isinstance(member, griffe.Function):
        parameters = [
            f"{one.kind} {one.name}: {one.annotation}{'' if one.default is None else f' = {one.default}'}"
            for one in member.parameters
        ]
        return f"({', '.join(parameters)}) -> {member.returns}"
    if isinstance(member, griffe.Attribute):
        return f"{member.annotation} = {member.value}"
    if isinstance(member, griffe.Class):
        return f"class({', '.join(map(str, member.bases))})"
    return ""
