"""What is wrong in a page turns the build red: a name, a rule or a command that is none, a fence that nobody runs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from snippets.blocks import FILES, RUNS, SHOWN

DOCS = Path(__file__).parents[2] / "docs"

WRONG = {
    "`OrdersClent`": "`OrdersClient`?",
    "`OrdersClient.upsrt`": "OrdersClient.upsrt",
    "`OrdersClient.upsrt(orders)`": "OrdersClient.upsrt",
    "`sendcloud_orders.OrdersClent`": "names nothing that is public",
    "`NoSuchThing`": "names nothing that is public",
    "`Accepted.keys`": "Accepted.keys",
    "`UPSERT-KEE`": "`UPSERT-KEY`?",
    "`sendcloud-orders psh orders.csv`": "no command 'psh'",
    "[a page](no-such-page.md)": "no-such-page.md",
}
RIGHT = (
    "`OrdersClient`",
    "`OrdersClient.upsert`",
    "`OrdersClient.upsert(orders)`",
    "`sendcloud_orders.OrdersClient`",
    "`ConflictError.errors`",
    "`UPSERT-KEY`",
    "UPSERT-KEY",
    "`Decimal`",
    "`KeyboardInterrupt`",
    '`Decimal("19.90")`',
    "`httpx.Timeout`",
    "`Retry-After`",
    "`GET`",
    "`SENDCLOUD_BASE_URL`",
    "`Authorization`",
)
API = """\
# API

```{eval-rst}
.. autoclass:: sendcloud_orders.OrdersClient
   :members: upsert

.. autoclass:: sendcloud_orders.Accepted
   :members:
   :undoc-members:

.. autoexception:: sendcloud_orders.APIStatusError
   :members: errors
   :undoc-members:
```

:::{rule} UPSERT-KEY
A rule.
:::
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """Build a small site with all that is wrong and right; return the warnings, and where it is."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "conf.py").write_text(
        'extensions = ["myst_parser", "sphinx.ext.autodoc", "reference.docstrings", "reference.linking"]\n'
        'nitpicky = True\ndefault_role = "literal"\nmyst_enable_extensions = ["colon_fence"]\n'
        'suppress_warnings = ["ref.class"]\n',
        encoding="utf-8",
    )
    (folder / "index.md").write_text(API.replace("# API", "# API\n\n```{toctree}\nright\nwrong\n```"), encoding="utf-8")
    (folder / "right.md").write_text("# Right\n\n" + "\n\n".join(RIGHT), encoding="utf-8")
    (folder / "wrong.md").write_text("# Wrong\n\n" + "\n\n".join(WRONG), encoding="utf-8")
    # In a process of its own, for autodoc loads what it documents once more.
    command = [sys.executable, "-m", "sphinx", "-q", str(folder), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines(), folder / "out"


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_a_warning_at_its_line(text: str, built: tuple[list[str], Path]) -> None:
    line = 3 + 2 * list(WRONG).index(text)
    said = [warning for warning in built[0] if f"wrong.md:{line}: WARNING" in warning]
    assert len(said) == 1, built[0]
    assert WRONG[text] in said[0]


def test_what_is_right_is_none(built: tuple[list[str], Path]) -> None:
    assert [warning for warning in built[0] if "right.md" in warning] == []


def test_names_rules_and_members_are_links(built: tuple[list[str], Path]) -> None:
    page = (built[1] / "right.html").read_text(encoding="utf-8")
    targets = re.findall(r'href="index\.html#([\w.-]+)"', page)
    assert targets.count("sendcloud_orders.OrdersClient") == 2
    assert targets.count("sendcloud_orders.OrdersClient.upsert") == 2
    assert targets.count("rule-UPSERT-KEY") == 2
    assert "sendcloud_orders.APIStatusError.errors" in targets


FENCE = re.compile(r"^[ >]*(?:`{3,}|:{3,}) *(?P<language>\{?[\w-]*\}?)(?: +(?P<argument>[\w-]+))?", re.MULTILINE)


def languages(text: str) -> Iterator[str]:
    """Yield the language of each fence that begins a block; what stands in braces is a directive."""
    inside: str | None = None
    for line in text.splitlines():
        match = FENCE.match(line)
        mark = line.strip()[:3]
        if inside is not None:
            inside = None if mark == inside and not line.strip().strip("`:") else inside
        elif match and mark == "```":
            inside = mark
            yield match["argument"] or "" if match["language"] == "{code-block}" else match["language"]


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_each_block_of_a_page_runs_or_is_of_a_language_that_is_only_shown(page: Path) -> None:
    known = {*RUNS, *SHOWN, *FILES}
    used = set(languages(page.read_text(encoding="utf-8")))
    assert {language for language in used if not language.startswith("{")} - known == set()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("```\nplain\n```", ""),
        ("```bash\nls\n```", "bash"),
        ("```{code-block} ruby\nx\n```", "ruby"),
        ("::::{tab-set}\n```sh\nls\n```\n::::", "sh"),
    ],
)
def test_a_block_of_another_language_is_found(text: str, language: str) -> None:
    assert list(languages(text)) == [language]
