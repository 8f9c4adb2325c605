"""Read an OpenAPI document from a file, a URL or a git revision, and find what its references name."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import httpx
import yaml

from runs.proxies import ProxyError, client
from schemas import SPEC

ROOT = SPEC.parents[1]
SPEC_IN_GIT = SPEC.relative_to(ROOT).as_posix()
PATIENCE_SECONDS = 30.0
LONGEST_SECONDS = 300.0
MOST_BYTES = 64 * 1024 * 1024
# References inside YAML can make a few lines into more than any memory holds.
MOST_VALUES = 2_000_000
DEEPEST_REFERENCES = 50


class DocumentError(Exception):
    """A document cannot be read or compared: which one, why, and what to do. One line."""


@dataclass(frozen=True, eq=False)
class Document:
    """An OpenAPI document in plain JSON values, and where it came from."""

    name: str
    content: dict[str, Any]
    _found: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The title that the document gives itself, or an empty text."""
        return str(mapping(self.content, "info").get("title", ""))

    def at(self, pointer: str) -> Any:
        """Return what stands at a JSON pointer such as `#/components/schemas/Order`.

        Raises `DocumentError` when it leads nowhere, or out of the document.
        """
        if pointer not in self._found:
            self._found[pointer] = self._look_up(pointer)
        return self._found[pointer]

    def _look_up(self, pointer: str) -> Any:
        if not pointer.startswith("#"):
            raise DocumentError(
                f"{self.name}: {pointer} refers to another document. Bundle it into one document first."
            )
        if pointer != "#" and not pointer.startswith("#/"):
            raise DocumentError(f"{self.name}: {pointer} is not a JSON pointer, the only reference that is followed.")
        node: Any = self.content
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and name.isdigit() and int(name) < len(node):
                node = node[int(name)]
            elif isinstance(node, dict) and name in node:
                node = node[name]
            else:
                raise DocumentError(f"{self.name}: {pointer} refers to nothing. The document is broken or cut off.")
        return node

    def resolve(self, pointer: str) -> str:
        """Follow the references that stand alone at a pointer, and return the pointer to what they name.

        Raises `DocumentError` when one leads nowhere, or they go round in a circle.
        """
        for _ in range(DEEPEST_REFERENCES):
            node = self.at(pointer)
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return pointer
            pointer = normal(node["$ref"])
        raise DocumentError(f"{self.name}: the references at {pointer} go round in a circle.")


def mapping(node: Any, name: str) -> dict[str, Any]:
    """Return the mapping of this name in a node, or an empty one where a document has something else, or nothing."""
    found = node.get(name) if isinstance(node, dict) else None
    return found if isinstance(found, dict) else {}


def listing(node: Any, name: str) -> list[Any]:
    """Return the list of this name in a node, or an empty one where a document has something else, or nothing."""
    found = node.get(name) if isinstance(node, dict) else None
    return found if isinstance(found, list) else []


def step(pointer: str, *names: str | int) -> str:
    """Return the pointer to what stands below another one."""
    return "/".join((pointer, *(str(name).replace("~", "~0").replace("/", "~1") for name in names)))


def normal(reference: str) -> str:
    """Return a reference as a pointer: escaped characters of a URL are those that they stand for."""
    return unquote(reference) if "%" in reference else reference


def load(place: str) -> Document:
    """Read the document at a path or an HTTP address. Raises `DocumentError`."""
    if re.match(r"https?://", place, re.IGNORECASE):
        return parse(place, _download(place))
    try:
        return parse(place, Path(place).read_bytes())
    except OSError as error:
        raise DocumentError(f"{place}: {error.strerror or error}. Name a file or an http(s) address.") from None


def load_base(place: str) -> Document:
    """Read an earlier version of our own document: a file, an address, or the one of a git revision.

    Raises `DocumentError`.
    """
    if re.match(r"https?://", place, re.IGNORECASE) or Path(place).is_file():
        return load(place)
    git = ("git", "-C", str(ROOT))
    try:
        known = subprocess.run(
            [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{place}^{{commit}}"], capture_output=True
        )
        if known.returncode:
            raise DocumentError(f"{place} is neither a file nor a git revision of this checkout. Name one of them.")
        shown = subprocess.run([*git, "show", f"{known.stdout.decode().strip()}:{SPEC_IN_GIT}"], capture_output=True)
    except OSError as error:
        raise DocumentError(f"{place} is no file, and git cannot be run ({error.strerror}): install it.") from None
    if shown.returncode:
        raise DocumentError(f"The git revision {place} has no {SPEC_IN_GIT}.")
    return parse(f"{place}:{SPEC_IN_GIT}", shown.stdout)


def parse(name: str, content: bytes) -> Document:
    """Read the bytes of an OpenAPI 3.0 or 3.1 document. Raises `DocumentError`."""
    read = _values(name, content)
    if not isinstance(read, dict):
        raise DocumentError(f"{name} is not an OpenAPI document: it holds no mapping at the top level.")
    version = read.get("openapi")
    if version is None and "swagger" in read:
        raise DocumentError(f"{name} is a Swagger {read['swagger']} document: convert it to OpenAPI 3 first.")
    if not re.match(r"3\.[01](\.|$)", str(version)):
        told = "has no `openapi` version" if version is None else f"says `openapi: {str(version)[:20]}`"
        raise DocumentError(f"{name} is not an OpenAPI 3.0 or 3.1 document: it {told}.")
    if not isinstance(read.get("paths"), dict):
        raise DocumentError(f"{name} has no `paths`: there is nothing to compare.")
    return Document(name, read)


def _download(url: str) -> bytes:
    parts = bytearray()
    end = time.monotonic() + LONGEST_SECONDS
    try:
        with (
            client(url, timeout=PATIENCE_SECONDS, follow_redirects=True) as http,
            http.stream("GET", url, headers={"Accept": "application/yaml, application/json, */*"}) as response,
        ):
            if not response.is_success:
                raise DocumentError(
                    f"{url} answered {response.status_code} {response.reason_phrase}: is the address right?"
                )
            for part in response.iter_bytes():
                parts += part
                if time.monotonic() > end:
                    raise DocumentError(f"{url} sends for more than {LONGEST_SECONDS:g} seconds: name a file instead.")
                if len(parts) > MOST_BYTES:
                    raise DocumentError(f"{url} sends more than {MOST_BYTES} bytes: that is no OpenAPI document.")
    except (httpx.HTTPError, httpx.InvalidURL, ProxyError) as error:
        told = str(error) or type(error).__name__
        raise DocumentError(
            f"{url} cannot be reached ({told}): check the address and the network, or name a file."
        ) from None
    return bytes(parts)


def _values(name: str, content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError(f"{name} is not UTF-8 text, so it is no OpenAPI document.") from None
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        raise DocumentError(
            f"{name} is {'HTML' if 'html' in start else 'markup'}, not an OpenAPI document: name the document itself."
        )
    try:
        if start.startswith("{"):
            return json.loads(text)
    except ValueError:
        pass  # In YAML, a mapping may begin with a brace too.
    except RecursionError:
        raise DocumentError(f"{name} is nested too deeply to be an OpenAPI document.") from None
    try:
        return _plain(yaml.load(text, Loader=_JsonValues), count())
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DocumentError(f"{name}{line}: this is neither YAML nor JSON ({error.problem}).") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise DocumentError(f"{name} is neither YAML nor JSON ({str(error).splitlines()[0]}).") from None
    except RecursionError:
        raise DocumentError(f"{name} is nested too deeply to be an OpenAPI document.") from None


class _JsonValues(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads what JSON knows and takes all else for text: a date is a text, and Norway is not false."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"(~|null|Null|NULL|)$", "~nN\0"),
    # Digits after a zero are an octal number in YAML 1.1 and a decimal one in 1.2; who wrote them meant a code.
    ("int", r"[-+]?(0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("merge", r"<<$", "<"),
):
    _JsonValues.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), [c if c != "\0" else "" for c in _first]
    )


def _int(loader: Any, node: Any) -> int:
    return int(loader.construct_scalar(node))


def _float(loader: Any, node: Any) -> float:
    return float(loader.construct_scalar(node))


_JsonValues.add_constructor("tag:yaml.org,2002:int", _int)
_JsonValues.add_constructor("tag:yaml.org,2002:float", _float)


def _plain(node: Any, counted: Iterator[int]) -> Any:
    """Copy a value with text for keys, as in JSON: a status such as 200 is a number in YAML."""
    if next(counted) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values")
    if isinstance(node, dict):
        return {_key(key): _plain(value, counted) for key, value in node.items()}
    return [_plain(item, counted) for item in node] if isinstance(node, list) else node


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else "null" if key is None else str(key)
