"""Nothing private is told of requests over a real wire, whatever happens to them there."""

import logging
import traceback
from collections.abc import Callable, Iterator

import pytest

from doubles.both_clients import KINDS, ClientKind, Driven
from doubles.wire_faults import FAULTS, FaultScript, faulty
from orders.factory import address, item, order
from sendcloud_orders import BasicCredentials, Hooks, RetryPolicy, SendcloudError
from sendcloud_orders_sandbox import Credentials, Sandbox

STRANGER = 999
PUBLIC, SECRET = "planted-public", "planted-hidden"
BASIC = "cGxhbnRlZC1wdWJsaWM6cGxhbnRlZC1oaWRkZW4="
CUSTOMER = {
    "name": "Planted Person",
    "email": "planted@customer.example",
    "address_line_1": "Plantedstraat",
    "city": "Plantedstad",
    "phone_number": "+31655500000",
}
NOTES, ITEM = "planted note", "planted item"
PLANTED = (PUBLIC, SECRET, BASIC, *CUSTOMER.values(), NOTES, ITEM)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(credentials=Credentials(PUBLIC, SECRET)) as running:
        yield running


def told_by(error: BaseException | None) -> Iterator[str]:
    """Yield all that an error says, and all that the errors say that it came from."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield from traceback.format_exception(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_private_is_told_whatever_happens_on_the_wire(
    sandbox: Sandbox, kind: ClientKind, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.reset()
    private = order("A-1", customer_details=CUSTOMER, shipping_address=address(**CUSTOMER), notes=NOTES)
    private["order_details"]["order_items"] = [item(ITEM)]
    refused = order("A-2", STRANGER, customer_details=CUSTOMER, notes=NOTES)
    changes = {"customer_details": CUSTOMER, "order_details": {"notes": NOTES}}
    script, told = FaultScript(), []
    client = Driven(
        kind,
        faulty(kind, script),
        base_url=sandbox.base_url,
        credentials=BasicCredentials(PUBLIC, SECRET),
        retry=RetryPolicy(attempts=2),
        hooks=Hooks(batch=lambda outcome: told.append(repr(outcome)), retry=lambda event: told.append(repr(event))),
    )
    work: list[Callable[[], object]] = [
        lambda: client.upsert([private, refused], on_rejected="isolate").raise_for_rejected(),
        lambda: client.upsert_batch([private]),
        lambda: client.update(669, changes, verify=True),
        lambda: client.update(669, {"order_details": {"order_items": [{"name": NOTES}]}}),
        lambda: list(client.list(status=NOTES)),
        lambda: client.get(10**9),
        lambda: client.delete(669),
    ]
    with caplog.at_level(logging.DEBUG):
        for call in work:
            # Once the fault passes, and once it stays.
            for faults in ({1: fault}, {1: fault, 2: fault}):
                script.start(faults)
                try:
                    told.append(repr(call()))
                except SendcloudError as error:
                    told.extend(told_by(error))
    told.append(repr(client.client))
    client.close()
    told.extend([caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert caplog.records
    assert [planted for planted in PLANTED if any(planted in text for text in told)] == []
