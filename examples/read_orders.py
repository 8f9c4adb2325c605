"""Read back the orders of the server that the environment names, newest first, and print a line for each."""

import os
import sys
from itertools import islice

from sendcloud_orders import OrdersClient, SendcloudError

# A terminal that knows fewer letters gets the others as \u0416.
encoding = sys.stdout.encoding or "utf-8"

try:
    with OrdersClient.from_env() as orders:
        for order in islice(orders.list(sort=["-pk"], page_size=200), 20):
            price = order.payment_details.total_price
            facts = (order.id, order.order_number, order.order_details.status.code, price.value, price.currency)
            print("\t".join(map(str, facts)).encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
except SendcloudError as error:
    sys.exit(str(error))
except BrokenPipeError:
    # Whoever reads has seen enough, as `head` has; what is left goes nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
