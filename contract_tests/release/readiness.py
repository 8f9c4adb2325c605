"""What has to be decided and written before a commit is tagged; without a tag it is told, with one it is refused."""

import re

from release import changelog
from release.checkout import TAG, Checkout
from release.metadata import SOURCE
from release.verdict import Refused

SWITCH = "adapters/sendcloud_orders/installing.py"


def left(checkout: Checkout) -> list[str]:
    """Return what is left to do."""
    found = []
    if SOURCE not in checkout.project.get("urls", {}):
        found.append(f"write the address of the repository as {SOURCE} into [project.urls] of pyproject.toml")
    if not re.search(r"^PUBLISHED = True$", (checkout.root / SWITCH).read_text(encoding="utf-8"), re.MULTILINE):
        found.append(f"set PUBLISHED in {SWITCH}, which says that no index has the package")
    if not changelog.is_written(checkout):
        found.append("make a section of the changelog of the fragments: make changelog WRITE=yes")
    if changed := checkout.uncommitted:
        found.append(f"commit what is changed: {len(changed)} files")
    return found


def check(checkout: Checkout, tag: str) -> str:
    """Refuse a tag that is not the version's, and one for which anything is left to do."""
    found = left(checkout)
    if tag != f"{TAG}{checkout.version}":
        found.insert(0, f"name the tag of version {checkout.version} {TAG}{checkout.version}")
    if found:
        raise Refused(f"this commit cannot be {tag} yet", "\n".join(found))
    return f"this commit can be {tag}"
