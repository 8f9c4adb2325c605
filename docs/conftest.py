"""Every snippet of the documentation runs: `make docs`, or `pytest docs/how-to/conflicts.md` for one page."""

from sybil import Sybil

from snippets.blocks import parsers
from snippets.page import close_page, open_page

pytest_collect_file = Sybil(parsers(), pattern="*.md", setup=open_page, teardown=close_page).pytest()
