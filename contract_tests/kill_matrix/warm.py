"""Import all tests, as pytest does, in the process that all trials are forked off: they then find them loaded."""

import contextlib
import io
import os

import pytest
from hypothesis import Phase, settings

from kill_matrix.trial import ADAPTER_TESTS, OPTIONS, SUITE

# A failing example is enough: nobody reads the smallest one.
settings.register_profile(
    "kill", max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)
os.environ["HYPOTHESIS_PROFILE"] = "kill"

with contextlib.redirect_stdout(io.StringIO()):
    pytest.main([str(SUITE), *ADAPTER_TESTS, *OPTIONS, "--collect-only"])
