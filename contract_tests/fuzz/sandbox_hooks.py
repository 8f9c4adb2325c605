"""What Schemathesis does not send to the sandbox. Schemathesis loads this file; `sandbox.toml` names it."""

import os
from collections.abc import Iterator

import schemathesis
from schemathesis import HookContext

SMALLEST, LARGEST = -(2**63), 2**63 - 1
WHOLE = {("integration", "id"), ("properties", "contract_id"), ("volume", "value")}


@schemathesis.hook
def filter_body(context: HookContext, body: object) -> bool:
    """Drop bodies that hold a whole number of more than 64 bits.

    The sandbox refuses one as every database does, and the reference names no bound for the spec to state. They are
    rare, so that whether the finding occurs is luck, and a reviewed finding has to occur. The sandbox's own tests send
    some.
    """
    return all(SMALLEST <= number <= LARGEST for number in whole_numbers(body))


@schemathesis.hook
def after_call(context: HookContext, case: object, response: object) -> None:
    """Count the request, for those who wait."""
    with open(os.environ["FUZZ_COUNT"], "ab") as count:
        count.write(b".")


def whole_numbers(value: object, holder: str = "") -> Iterator[float]:
    """Yield the numbers of the fields that take whole ones alone; `holder` is the name of what `value` stands in."""
    if isinstance(value, list):
        for part in value:
            yield from whole_numbers(part, holder)
    elif isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, int | float) and (name == "quantity" or (holder, name) in WHOLE):
                yield part
            yield from whole_numbers(part, name)
