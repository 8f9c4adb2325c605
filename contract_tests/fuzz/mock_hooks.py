"""What Schemathesis does not send to the mock. Schemathesis loads this file; `mock.toml` names it."""

import os

import schemathesis
from schemathesis import HookContext


@schemathesis.hook
def filter_body(context: HookContext, body: object) -> bool:
    """Drop bodies that are no JSON at all.

    Prism answers them, rightly with 400, in a form of its own before it looks at the document. They are one case in
    twenty of the bad bodies, so that whether the finding occurs is luck, and a reviewed finding has to occur. The
    sandbox gets them.
    """
    return not isinstance(body, bytes)


@schemathesis.hook
def after_call(context: HookContext, case: object, response: object) -> None:
    """Count the request, for those who wait."""
    with open(os.environ["FUZZ_COUNT"], "ab") as count:
        count.write(b".")
