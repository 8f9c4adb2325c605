"""Generate `generated/sendcloud_orders_api` from `spec/openapi.yaml`, or check that it is up to date.

    python spec/generate.py            write the package afresh
    python spec/generate.py --check    write it elsewhere and compare byte for byte

The output depends only on the specification, `generator.yaml`, the templates and the two pinned tools.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

HERE = Path(__file__).resolve().parent
SPEC = HERE / "openapi.yaml"
CONFIG = HERE / "generator.yaml"
TEMPLATES = HERE / "templates"
PACKAGE = HERE.parent / "generated" / "sendcloud_orders_api"
TOOLS = ("openapi-python-client", "ruff")


class SpecError(Exception):
    """A fault in the specification: what is wrong, where, and what to do."""


def load_spec(path: Path) -> dict[str, Any]:
    """Read the specification, and refuse what the generator would ignore or garble.

    Raises `SpecError` when it cannot be read or holds such a fault.
    """
    try:
        spec = YAML(typ="safe", pure=True).load(path.read_bytes())
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SpecError(f"{path.name}{line}: {error.problem}. Fix the YAML there.") from None
    if not isinstance(spec, dict):
        raise SpecError(f"{path.name}: expected a mapping at the top level.")
    for pointer, key, value in walk(spec):
        if not isinstance(key, str | int) or not isinstance(value, dict | list | str | int | float | bool | None):
            raise SpecError(f"{path.name}, {pointer}: {value} is a {type(value).__name__}; put it in quotes.")
        if key == "properties" and isinstance(value, dict) and "extra" in value:
            raise SpecError(
                f"{path.name}, {pointer}: each model keeps unknown fields in `extra`, so no property can be called so. "
                "Call the field of the models something else in spec/templates."
            )
        if key == "$ref" and isinstance(value, str) and not resolves(spec, value):
            raise SpecError(f"{path.name}, {pointer}: {value} refers to nothing. Fix the reference or add its target.")
    return spec


def walk(node: Any, pointer: str = "#") -> Iterator[tuple[str, Any, Any]]:
    """Yield every value below a node, with its JSON pointer and its key."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        here = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield here, key, value
        yield from walk(value, here)


def resolves(spec: Any, reference: str) -> bool:
    """Tell whether a reference inside the specification has a target."""
    node = spec
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node is not None


def with_texts_in_place(node: Any, spec: dict[str, Any]) -> Any:
    """Copy a part of the specification with plain text schemas in place of the references to them.

    Of a text that is only referred to, the generator hands no lengths on to the templates.
    """
    if isinstance(node, list):
        return [with_texts_in_place(part, spec) for part in node]
    if not isinstance(node, dict):
        return node
    target = spec.get("components", {}).get("schemas", {}).get(str(node.get("$ref")).rpartition("/")[2], {})
    if target.get("type") == "string" and "enum" not in target:
        return target
    return {name: with_texts_in_place(part, spec) for name, part in node.items()}


def run_generator(spec: Path, config: Path, templates: Path, target: Path) -> None:
    """Run the pinned generator, with the ruff of the same environment as its only tool.

    Raises `SpecError` with the generator's message when it refuses the specification.
    """
    scripts = sysconfig.get_path("scripts")
    if shutil.which("ruff", path=scripts) is None:
        raise SpecError(f"ruff is missing beside {sys.executable}. Run `make generate`, which installs the pinned one.")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta=none", "--fail-on-warning"),
        *(f"--path={spec}", f"--config={config}", f"--custom-template-path={templates}", f"--output-path={target}"),
    ]
    # PYTHONHASHSEED: the generator collects names in sets.
    environment = {**os.environ, "PATH": scripts, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        says = (done.stderr or done.stdout).split("If you believe this was a mistake")[0]
        _, _, errors = says.partition("\n")  # The first line is about a partial client, which is not kept.
        raise SpecError(f"The generator refuses the specification. Fix the place that it names:\n{errors.strip()}")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def generate(target: Path, spec: Path, config: Path, templates: Path) -> None:
    """Write the package into `target`, which must not exist yet.

    Raises `SpecError` when the specification has a fault.
    """
    document = load_spec(spec)
    with tempfile.TemporaryDirectory() as scratch:
        # JSON as the package ships it, so that the generator does not parse the YAML by rules of its own.
        copy = Path(scratch) / spec.with_suffix(".json").name
        write_json(copy, with_texts_in_place(document, document))
        run_generator(copy, config, templates, target)
    manifest = {
        "note": "Written by spec/generate.py. Do not edit this folder: change the spec and run `make generate`.",
        "spec": digest(spec),
        "config": digest(config),
        "templates": {path.name: digest(path) for path in sorted(templates.iterdir())},
        "tools": {tool: version(tool) for tool in TOOLS},
    }
    (target / "py.typed").touch()
    write_json(target / "openapi.json", document)
    write_json(target / "manifest.json", manifest)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, the same bytes on every machine."""
    path.write_bytes(json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n")


def files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, except those that Python itself leaves there."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def differences(expected: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    """Return a line for each file that is missing, stray or different."""
    return [
        f"{'missing' if name not in found else 'stray' if name not in expected else 'different'}: {name}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Generate or check the package, and return the exit status."""
    parser = argparse.ArgumentParser(description="Generate the client from the specification.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a byte differs")
    check = parser.parse_args(arguments).check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / PACKAGE.name
        try:
            generate(fresh, SPEC, CONFIG, TEMPLATES)
        except SpecError as error:
            print(error, file=sys.stderr)
            return 2
        changes = differences(files(fresh), files(PACKAGE))
        if check:
            if changes:
                print(f"generated/{PACKAGE.name} is out of date:", *changes, sep="\n  ")
                print("Fix it with `make generate`, and commit the result.")
            return 1 if changes else 0
        shutil.rmtree(PACKAGE, ignore_errors=True)
        shutil.copytree(fresh, PACKAGE)
    print(f"generated/{PACKAGE.name}: {len(changes)} files changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
