"""Fuzz a server with Schemathesis, which makes its requests from the spec alone.

It sends the documented examples, the edges of every schema, random values good and bad, and walks along the documented
links. Each answer goes through all of its checks. `mock.toml` and `sandbox.toml` say how; `reviewed.toml` explains,
one by one, the findings that need no fix.
"""

from fuzz.findings import Failure, Finding, FuzzReport, Reviewed, read_reviewed, weigh
from fuzz.running import FUZZ_REPORTS, FuzzError, operations, run

__all__ = [
    "FUZZ_REPORTS",
    "Failure",
    "Finding",
    "FuzzError",
    "FuzzReport",
    "Reviewed",
    "operations",
    "read_reviewed",
    "run",
    "weigh",
]
