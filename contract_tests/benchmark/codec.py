"""Build and write 100 orders, read a page of 200: the codec alone, with no request: `python -m benchmark.codec 9`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import reduce
from operator import or_
from time import process_time
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from sendcloud_orders_api import models as m
from sendcloud_orders_api.types import decode, encode

from .orders import BATCH, PAGE, Models, dictionary, stored

Ways = dict[str, Callable[[], object]]
LIMIT = "limit: dicts, orjson"


def writing() -> Ways:
    """Give the ways to build and write a batch; the limit has its dictionaries ready."""
    import orjson

    from .clients import pydantic_models, stock

    batch = range(BATCH)
    ready = [dictionary(number) for number in batch]
    ours, theirs, generated = Models(m).order, pydantic_models.build().order, stock.build().order
    dump = pydantic_models.batch().dump_json
    return {
        LIMIT: lambda: orjson.dumps(ready),
        "ours: models": lambda: encode([ours(number) for number in batch]),
        "dicts, orjson": lambda: orjson.dumps([dictionary(number) for number in batch]),
        "dicts, json": lambda: json.dumps([dictionary(number) for number in batch]).encode(),
        "pydantic models": lambda: dump([theirs(number) for number in batch], by_alias=True, exclude_unset=True),
        "openapi-python-client, stock": lambda: json.dumps([generated(number).to_dict() for number in batch]).encode(),
    }


def reading() -> Ways:
    """Give the ways to read a page, and one in which each item has a field that the spec does not name."""
    import orjson

    from .clients import pydantic_models, stock

    rows = [stored(number) for number in range(PAGE)]
    page = orjson.dumps({"data": rows})
    for row in rows:
        for item in row["order_details"]["order_items"]:
            item["x_future"] = "new"
    grown = orjson.dumps({"data": rows})
    forgetful = msgspec.json.Decoder(_forgetful(m.OrderPage), strict=False)
    theirs: Any = pydantic_models.like(m.OrderPage)
    generated = stock.models().OrderPage
    return {
        LIMIT: lambda: orjson.loads(page),
        "ours: models": lambda: decode(m.OrderPage, page, content_type="application/json"),
        "ours: a new field in each item": lambda: decode(m.OrderPage, grown, content_type="application/json"),
        "ours, if they forgot new fields": lambda: forgetful.decode(page),
        "dicts, json": lambda: json.loads(page),
        "pydantic models": lambda: theirs.model_validate_json(page),
        "openapi-python-client, stock": lambda: generated.from_dict(json.loads(page)),
    }


def _forgetful(model: Any) -> Any:
    """Make a model like this one, but that passes over what it does not name: what keeping it costs shows beside it."""
    fields = [
        (one.name, _with_forgetful(one.type), msgspec.field(name=one.encode_name, **_default(one)))
        for one in msgspec.structs.fields(model)
        if one.name != "extra"
    ]
    namespace = {"__post_init__": model.__post_init__} if hasattr(model, "__post_init__") else {}
    return msgspec.defstruct(model.__name__, fields, kw_only=True, gc=False, namespace=namespace)


def _default(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    return {} if field.required else {"default": field.default}


def _with_forgetful(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _forgetful(kind)
    if isinstance(kind, UnionType):
        return reduce(or_, map(_with_forgetful, get_args(kind)))
    if get_origin(kind) is list:
        return list[_with_forgetful(get_args(kind)[0])]  # type: ignore[misc]
    return kind


def measured(ways: Ways, rounds: int) -> dict[str, list[float]]:
    """Take the processor time of each way, in seconds, by turns; a first turn warms up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            start = process_time()
            way()
            taken[name].append(process_time() - start)
    return {name: seconds[1:] for name, seconds in taken.items()}


def main() -> None:
    """Print the seconds of each round, by table and way, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.codec", description=main.__doc__)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    tables = {"write": measured(writing(), options.rounds), "read": measured(reading(), options.rounds)}
    json.dump(tables, sys.stdout)


if __name__ == "__main__":
    main()
