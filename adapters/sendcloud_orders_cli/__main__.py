"""Start the command line."""

import sys

from sendcloud_orders.installing import how_to_install


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    try:
        import click  # noqa: F401 - only to see whether the extra is there
        import rich  # noqa: F401
    except ModuleNotFoundError as missing:
        print(f"sendcloud-orders: the command line needs {missing.name}: {how_to_install('cli')}", file=sys.stderr)
        sys.exit(2)
    from .program import run

    sys.exit(run())


if __name__ == "__main__":
    main()
