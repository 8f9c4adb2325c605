"""What the tests of a release look at: a small project that they may change, and this checkout."""

from pathlib import Path

import pytest

from doubles.scratch_project import ScratchProject, scratch_project
from release.checkout import Checkout
from release.verdict import Refused


@pytest.fixture
def project(tmp_path: Path) -> ScratchProject:
    return scratch_project(tmp_path / "shop")


@pytest.fixture(scope="session")
def ours() -> Checkout:
    checkout = Checkout()
    try:
        tracked = checkout.files
    except Refused as error:
        pytest.skip(f"nothing here is tracked by git: {error.wrong}")
    if "pyproject.toml" not in tracked:
        pytest.skip("nothing here is tracked by git: this is a source archive")
    return checkout
