"""pydantic's models on httpx, with the fields and types of ours; amounts are floats, as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from types import SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import httpx
import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, create_model

from benchmark.orders import FLOATS, Models, Values, batches
from sendcloud_orders_api import models

from . import AUTH, LIST_PATH, Done, Work

_JSON = {"Content-Type": "application/json"}


class _Model(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


@cache
def like(struct: Any) -> type[BaseModel]:
    """Make the model that has the fields of one of ours."""
    fields: dict[str, Any] = {
        one.name: (_type(one.type), Field(... if one.required else None, alias=one.encode_name))
        for one in msgspec.structs.fields(struct)
        if one.name != "extra"
    }
    return create_model(struct.__name__, __base__=_Model, **fields)


def _type(kind: Any) -> Any:
    if kind is Decimal:
        return float
    if kind is msgspec.UnsetType:
        return None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return like(kind)
    if get_origin(kind) is Annotated:
        return AwareDatetime if get_args(kind)[0] is datetime else _type(get_args(kind)[0])
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return reduce(or_, map(_type, get_args(kind)))
    if get_origin(kind) is list:
        return list[_type(get_args(kind)[0])]  # type: ignore[misc]
    return kind


def classes() -> SimpleNamespace:
    """Give the models that an order is built of."""
    structs = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return SimpleNamespace(**{one.__name__: like(one) for one in structs if one.__name__.endswith("Input")})


def batch() -> TypeAdapter[Any]:
    """Give what writes a list of orders."""
    kind: Any = list[like(models.OrderInput)]  # type: ignore[misc]
    return TypeAdapter(kind)


def build() -> Models:
    """Give the builder of orders of these models."""
    return Models(classes(), Values(**FLOATS))


@contextmanager
def upsert(url: str, _count: int) -> Iterator[Work]:
    """Build, validate and dump a hundred models at a time."""
    order = build().order
    dump = batch().dump_json

    def send(numbers: range) -> int:
        body = dump([order(number) for number in numbers], by_alias=True, exclude_unset=True)
        answer = http.post("/orders", content=body, headers=_JSON).raise_for_status()
        return sum(row["id"] for row in answer.json()["data"])

    with httpx.Client(base_url=url, auth=AUTH) as http:
        yield lambda numbers: Done(sum(map(send, batches(numbers))))


@contextmanager
def list_orders(url: str, _count: int) -> Iterator[Work]:
    """Validate each page straight from its bytes."""
    page: Any = like(models.OrderPage)

    def run(_numbers: range) -> Done:
        ids, path = 0, LIST_PATH
        while path:
            answer = http.get(path).raise_for_status()
            ids += sum(row.id for row in page.model_validate_json(answer.content).data)
            path = answer.links.get("next", {}).get("url", "")
        return Done(ids)

    with httpx.Client(base_url=url, auth=AUTH) as http:
        yield run
