"""How much is tried. `dev` remembers failures, `ci` repeats itself exactly, `deep` looks further, `sample` is brief."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from runs.progress import Progress
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
settings.register_profile("sample", parent=settings.get_profile("ci"), max_examples=10)

# Where several Pythons run the tests, one of them runs all; the others show that what is shipped works there too.
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MAIN_PYTHON = os.environ.get("MAIN_PYTHON") or THIS_PYTHON
USUAL_PROFILE = "sample" if THIS_PYTHON != MAIN_PYTHON else "ci" if os.environ.get("CI") else "dev"
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or USUAL_PROFILE
settings.load_profile(PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reports", type=Path, metavar="FOLDER", help="leave the reports of a contract run there")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let nobody who waits for a contract run wonder whether it goes on."""
    if config.getoption("--reports") and config.pluginmanager.hasplugin("terminalreporter"):
        config.pluginmanager.register(Progress(config), "progress")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the main Python what no Python shows differently from another."""
    left = [item for item in items if THIS_PYTHON != MAIN_PYTHON and item.get_closest_marker("one_python")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def pytest_collection_finish() -> None:
    """Spare the collector thousands of tests that stay to the end: it would look through them again and again."""
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Print the settings that the property tests ran under, and what is left to another Python."""
    now = settings()
    phases = ", ".join(phase.name for phase in now.phases if phase in (Phase.generate, Phase.shrink))
    chance = "repeatable" if now.derandomize else "random"
    told = [f"property tests: profile {PROFILE}, {now.max_examples} examples, {chance}, phases {phases}"]
    if THIS_PYTHON != MAIN_PYTHON:
        told.append(f"tests marked one_python: on Python {MAIN_PYTHON} alone")
    return told
