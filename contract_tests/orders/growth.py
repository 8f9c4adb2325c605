"""Orders as the service may send them tomorrow: with fields that nobody has written down yet."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Json = dict[str, Any]
NAMES = ("x_future", "taric_code_v3", "Ünïcode", "with space", "extra", "id2", "0", "")


def new_values() -> SearchStrategy[Any]:
    """Draw whatever JSON can hold, with numbers that the adapters send: whole ones of 64 bits, no extreme others."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(-1e300, 1e300).filter(lambda number: number == 0 or abs(number) > 1e-300),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    )
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    )


@st.composite
def grown(draw: DrawFn, order: Json) -> Json:
    """Draw a copy of an order with new fields at some of its depths, and at one at least."""
    copy: Json = json.loads(json.dumps(order))
    places = list(objects_of(copy))
    chosen = draw(st.lists(st.sampled_from(range(len(places))), min_size=1, max_size=4, unique=True))
    for place in chosen:
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)):
            places[place][name] = draw(new_values())
    return copy


def objects_of(node: Any) -> Iterator[Json]:
    """Give each object of an order in which a field would be new."""
    if isinstance(node, dict):
        yield node
        for name, part in node.items():
            if not is_free_form(node, name):
                yield from objects_of(part)
    elif isinstance(node, list):
        for part in node:
            yield from objects_of(part)


def is_free_form(node: Json, name: str) -> bool:
    """Tell whether a field of an object holds names of the shop's choice, among which none is new."""
    return name == "extra_data" or (name == "properties" and "quantity" in node)
