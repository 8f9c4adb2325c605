"""Read back the orders of the server that the environment names, newest first, and print a line for each."""

from itertools import islice

from sendcloud_orders import OrdersClient

with OrdersClient.from_env() as orders:
    for order in islice(orders.list(sort=["-pk"], page_size=200), 20):
        price = order.payment_details.total_price
        print(order.id, order.order_number, order.order_details.status.code, price.value, price.currency, sep="\t")
