"""The version stands in pyproject.toml, and all else reads it there or in the metadata of the installed package."""

import re

from packaging.version import Version

from release.checkout import TAG, Checkout
from release.verdict import Refused

# The OpenAPI document has a version of its own, the service's: it stays what it is when the package moves on. The
# changelog tells of each version, the locks of other packages' versions, and tests invent some.
OTHERS = re.compile(
    r"spec/openapi\.yaml|.*/openapi\.json|CHANGELOG\.md|(.*/)?[\w-]+\.lock|package-lock\.json|contract_tests/(?!sandbox/).*"
)
OUR_NAME = re.compile(r"version|sendcloud[-_]orders", re.IGNORECASE)


def check(checkout: Checkout) -> str:
    """Hold the version against its spelling, the other files and the tags."""
    version = checkout.project["version"]
    if version != str(checkout.version):
        raise Refused(f"the version is written {version}", f"write it {checkout.version}, as package indexes do")
    if found := written_elsewhere(checkout):
        raise Refused(f"{version} is also written in {', '.join(found)}", "read it there from the package's metadata")
    tags = checkout.tags
    newest = max(tags, default=None)
    if newest is None:
        return f"{version}, written in pyproject.toml alone; no release was tagged yet"
    if newest == checkout.version and checkout.is_at(tags[newest]):
        return f"{version}, written in pyproject.toml alone; this commit is {tags[newest]}"
    if newest >= checkout.version:
        raise Refused(
            f"{tags[newest]} is tagged already, and pyproject.toml says {version}",
            "set the version of the next release there",
        )
    return f"{version}, written in pyproject.toml alone; the last release is {newest}"


def written_elsewhere(checkout: Checkout) -> list[str]:
    """Return the lines outside pyproject.toml that say this version and whose it is, as `path:number`."""
    literal = re.compile(rf"(?<![\w.]){TAG}?{re.escape(checkout.project['version'])}(?![\w]|\.\d)")
    found = []
    for path in checkout.files:
        if path == "pyproject.toml" or OTHERS.fullmatch(path):
            continue
        try:
            text = (checkout.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if literal.search(text):
            lines = enumerate(text.splitlines(), 1)
            found += [f"{path}:{number}" for number, line in lines if literal.search(line) and OUR_NAME.search(line)]
    return found


def earlier(checkout: Checkout) -> str | None:
    """Return the tag of the last release before this commit, if there was one."""
    before = {version: tag for version, tag in checkout.tags.items() if not checkout.is_at(tag)}
    return before[max(before)] if before else None


def may_break(old: Version, new: Version) -> bool:
    """Tell whether the step between two versions may break the API: a major one, or a minor one before 1.0."""
    return new.major > old.major or (old.major == new.major == 0 and new.minor > old.minor)
