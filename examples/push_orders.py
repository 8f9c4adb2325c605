"""Push the orders of orders.ndjson to the server that the environment names, and say what became of them.

SENDCLOUD_BASE_URL, SENDCLOUD_PUBLIC_KEY and SENDCLOUD_SECRET_KEY name it; `make sandbox` prints all three. The exit
status is 0 only when every order was accepted, so that a cron job notices when one was not.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sendcloud_orders import IncompleteUpsert, OrdersClient, SendcloudError

FILE = Path(__file__).parent / "orders.ndjson"


def read_orders(lines: Iterable[str], integrations: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the orders one by one, as a shop's database would.

    The example orders belong to three invented integrations; here they go to those that the account really has.
    """
    for number, line in enumerate(lines):
        try:
            order = json.loads(line)
            order["order_details"]["integration"]["id"] = integrations[number % len(integrations)]
        except (ValueError, LookupError, TypeError):
            raise ValueError(f"Line {number + 1} of {FILE.name} is not an order.") from None
        yield order


def say(text: object) -> None:
    """Print a text, though the terminal may know fewer letters and the reader may be gone."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(str(text).encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


try:
    ids = [int(id_) for id_ in os.environ.get("SENDCLOUD_INTEGRATION_IDS", "41,68").split(",")]
except ValueError:
    sys.exit("SENDCLOUD_INTEGRATION_IDS should hold ids separated by commas, such as 41,68.")

try:
    with FILE.open(encoding="utf-8") as lines, OrdersClient.from_env() as orders:
        report = orders.upsert(read_orders(lines, ids), on_rejected="isolate", duplicates="last")
        say(report)
        report.raise_for_rejected()
except OSError as error:
    sys.exit(f"{FILE} cannot be read: {error.strerror}.")
except IncompleteUpsert as error:
    # A line that cannot be read ends the run; what was sent before it stands in the report.
    sys.exit(f"{error}. {error.__cause__ or ''}".strip())
except SendcloudError as error:
    sys.exit(str(error))
