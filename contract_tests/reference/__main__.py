"""Build the documentation into `reports/site`, from nothing; a warning is an error. Other arguments go to Sphinx."""

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main

from . import SITE

DOCS = Path(__file__).parents[2] / "docs"


def build(arguments: list[str]) -> int:
    """Build the site, say where it is, and return the exit status."""
    shutil.rmtree(SITE, ignore_errors=True)
    pickles = SITE.with_name("site-pickles")
    strictly = ("--nitpicky", "--fail-on-warning", "--keep-going", "--fresh-env", "--quiet")
    status = main([*strictly, "--doctree-dir", str(pickles), *arguments, str(DOCS), str(SITE)])
    shutil.rmtree(pickles, ignore_errors=True)
    if status == 0:
        print(f"The site is in {SITE / 'index.html'}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(build(sys.argv[1:]))
