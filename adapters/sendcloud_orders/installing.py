"""Tell how an extra of this package is installed: every message of it takes its hint from here.

The sandbox and the command line do so too: it is no rule of the service, so they may.
"""

# Set it when an index has the package: the messages change with it, and the tests name each page that has to follow.
PUBLISHED = False


def how_to_install(extra: str) -> str:
    """Say how to install an extra: from an index that has this package, or else from a checkout."""
    if PUBLISHED:
        return f"pip install 'sendcloud-orders[{extra}]'"
    return f"pip install '.[{extra}]' in the folder of a checkout of sendcloud-orders"
