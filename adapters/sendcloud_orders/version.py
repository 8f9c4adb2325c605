"""The version of the package, as its metadata has it from pyproject.toml: the one place where it is written."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("sendcloud-orders")
except PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+checkout"
