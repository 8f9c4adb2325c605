"""The version of the package, as the user agent and the wheel tell it, and how its extras are installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("sendcloud-orders")
except PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+checkout"


def how_to_install(extra: str) -> str:
    """Say how to install an extra: no index has this package, so it comes from a checkout."""
    return f"pip install '.[{extra}]' in the folder of a checkout of sendcloud-orders"
