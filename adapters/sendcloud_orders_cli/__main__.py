"""Start the command line."""

import sys

# No index has this package, so the extra comes from a checkout.
_HOW_TO_INSTALL = "pip install '.[cli]' in the folder of a checkout of sendcloud-orders"


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    try:
        import click  # noqa: F401 - only to see whether the extra is there
        import rich  # noqa: F401
    except ModuleNotFoundError as missing:
        print(f"sendcloud-orders: the command line needs {missing.name}: {_HOW_TO_INSTALL}", file=sys.stderr)
        sys.exit(2)
    from .program import run

    sys.exit(run())


if __name__ == "__main__":
    main()
