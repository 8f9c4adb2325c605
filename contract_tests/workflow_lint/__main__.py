"""Lint the workflows and the Dockerfile: `python -m workflow_lint`. Exit status: 0 when nothing was found, else 1."""

import sys
from pathlib import Path

from workflow_lint import linters

GITHUB, EXAMPLES = linters.ROOT / ".github", linters.ROOT / "examples"
DOCKERFILE = linters.ROOT / "contract_tests" / "sandbox" / "Dockerfile"


def main() -> int:
    """Print what each linter finds, and return the exit status."""
    examples = [_short(path) for path in sorted(EXAMPLES.glob("*.yml"))]
    workflows = [*(_short(path) for path in sorted((GITHUB / "workflows").glob("*.yml"))), *examples]
    found = [
        *linters.actionlint(workflows),
        *linters.shellcheck(workflows),
        *linters.zizmor([_short(GITHUB), *examples]),
        *linters.hadolint(_short(DOCKERFILE)),
    ]
    for each in found:
        print(each, file=sys.stderr)
    return 1 if found else 0


def _short(path: Path) -> Path:
    return path.relative_to(linters.ROOT)


if __name__ == "__main__":
    sys.exit(main())
