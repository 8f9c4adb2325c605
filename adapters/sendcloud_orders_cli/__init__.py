"""The command line `sendcloud-orders`: check a file of orders, push it, and look after the orders that are there.

It has no names for other programs to import; what it does with orders, `sendcloud_orders` does.
"""
