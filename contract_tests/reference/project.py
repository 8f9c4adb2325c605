"""The pages that are files of the repository, as MyST text whose links lead to pages of the site."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md", "security": "SECURITY.md"}
# As seen from the folder that the pages are in.
PAGES = {"spec/LEDGER.md": "../reference/ledger.md"}
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")


def page(name: str) -> str:
    """Return what stands in a file below its heading."""
    _, _, text = (ROOT / FILES[name]).read_text(encoding="utf-8").partition("\n")
    return _LINK.sub(_link, text)


def _link(found: re.Match[str]) -> str:
    """Turn a link to where the site has its target; a file that is no page is named alone."""
    text, target = found["text"], found["target"]
    if target.startswith("https://"):
        return found[0]
    if target.startswith("docs/"):
        return f"[{text}](../{target.removeprefix('docs/')})"
    return f"[{text}]({PAGES[target]})" if target in PAGES else text
