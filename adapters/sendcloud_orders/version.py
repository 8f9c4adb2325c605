"""The version of the package, as the user agent and the wheel tell it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("sendcloud-orders")
except PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+checkout"
