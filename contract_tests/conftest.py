"""Hypothesis profiles: `dev` remembers failures, `ci` repeats itself exactly, `deep` looks further."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from runs.proxies import is_loopback, leave_proxies_out

pytest_plugins = ["pytester"]

# Only a foreign target may lie beyond this machine, and behind a proxy.
if is_loopback(os.environ.get("TARGET") or "http://localhost"):
    leave_proxies_out()

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    # A shared machine is slow now and then; that says nothing about a strategy.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", parent=settings.get_profile("ci"), max_examples=1000, derandomize=False)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
settings.load_profile(PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reports", type=Path, metavar="FOLDER", help="leave the reports of a contract run there")


def pytest_report_header(config: pytest.Config) -> str:
    """Print the settings that the property tests ran under."""
    now = settings()
    phases = ", ".join(phase.name for phase in now.phases if phase in (Phase.generate, Phase.shrink))
    return (
        f"property tests: profile {PROFILE}, {now.max_examples} examples, "
        f"{'repeatable' if now.derandomize else 'random'}, phases {phases}"
    )
