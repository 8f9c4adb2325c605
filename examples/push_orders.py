"""Push the orders of orders.ndjson to the server that the environment names, and say what became of them.

SENDCLOUD_BASE_URL, SENDCLOUD_PUBLIC_KEY and SENDCLOUD_SECRET_KEY name it; `make sandbox` prints all three.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sendcloud_orders import OrdersClient

# The example orders belong to three invented integrations; here they go to those that the account really has.
INTEGRATIONS = [int(id_) for id_ in os.environ.get("SENDCLOUD_INTEGRATION_IDS", "41,68").split(",")]


def read_orders() -> Iterator[dict[str, Any]]:
    """Yield the orders one by one, as a shop's database would."""
    with (Path(__file__).parent / "orders.ndjson").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            order = json.loads(line)
            order["order_details"]["integration"]["id"] = INTEGRATIONS[number % len(INTEGRATIONS)]
            yield order


with OrdersClient.from_env() as orders:
    report = orders.upsert(read_orders(), on_rejected="isolate", duplicates="last")
    print(report)
