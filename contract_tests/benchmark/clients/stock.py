"""What openapi-python-client makes of our spec with its own templates: made afresh by `make`, and on the path."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmark.orders import FLOATS, Models, Values, batches

from . import AUTH, Done, Work

PACKAGE = "stock_orders_api"
SPEC = Path(__file__).parents[3] / "spec" / "openapi.yaml"


def make(folder: Path) -> None:
    """Generate the package into a folder. Raises `RuntimeError` with the generator's words when that fails."""
    generator = shutil.which("openapi-python-client")
    if generator is None:
        raise RuntimeError("openapi-python-client is not on PATH: `make benchmark` puts the pinned one there.")
    command = [generator, "generate", "--meta=none", f"--path={SPEC}", f"--output-path={folder / PACKAGE}"]
    done = subprocess.run(command, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openapi-python-client made nothing:\n{done.stderr or done.stdout}")


def models() -> Any:
    """Give the module of its models."""
    return import_module(f"{PACKAGE}.models")


def build() -> Models:
    """Give the builder of orders of these models."""
    m = models()
    members = Values(
        cm=m.DimensionUnit.CM,
        kg=m.WeightUnit.KG,
        goods=m.ShipmentType.COMMERCIAL_GOODS,
        export=m.ExportType.COMMERCIAL_B2C,
        option=m.ShipWithType.SHIPPING_OPTION_CODE,
        **FLOATS,
    )
    return Models(m, members)


def _client(url: str) -> Any:
    token = b64encode(":".join(AUTH).encode()).decode()
    return import_module(PACKAGE).AuthenticatedClient(
        base_url=url, token=token, prefix="Basic", raise_on_unexpected_status=True
    )


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Build a hundred models at a time, and call the operation."""
    operation = import_module(f"{PACKAGE}.api.orders.upsert_orders").sync
    order = build().order

    def send(batch: range) -> int:
        result = operation(client=client, body=[order(number) for number in batch])
        return sum(row.id for row in result.data)

    with _client(url) as client:
        yield lambda numbers: Done(sum(map(send, batches(numbers))))


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Call the operation for each page; the link to the next one is followed by hand."""
    operation = import_module(f"{PACKAGE}.api.orders.list_orders").sync_detailed

    def run(_numbers: range) -> Done:
        ids, cursor = 0, {"page_size": 200}
        while cursor:
            answer = operation(client=client, **cursor)
            ids += sum(row.id for row in answer.parsed.data)
            link = answer.headers.get("link", "").partition("<")[2].partition(">")[0]
            cursor = {"page_size": 200, "cursor": parse_qs(urlsplit(link).query)["cursor"][0]} if link else {}
        return Done(ids)

    with _client(url) as client:
        yield run
