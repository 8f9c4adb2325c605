"""What tests that open pages in a browser begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runs import browser, reports


@contextmanager
def opened() -> Iterator[tuple[str, Path]]:
    """Give the path of a Chromium and a folder for what is found, which is published in the end.

    Skips the test where there is no Chromium. Raises `BrowserError` when CHROMIUM names no program.
    """
    program = browser.chromium()
    if program is None:
        pytest.skip(browser.MISSING)
    folder = reports.new_folder()
    yield program, folder
    reports.publish(folder)
