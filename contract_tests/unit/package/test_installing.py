"""How to install the package is told in one way everywhere: from a checkout, or from an index once one has it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sendcloud_orders import ConfigurationError, Pace, installing

ROOT = Path(__file__).resolve().parents[3]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
# What is named in a command is this package: the folder of the checkout, or its name.
INSTALLED = re.compile(r"pip install (?:-U |--upgrade )?['\"]?(?P<what>\.|sendcloud-orders)(?=[\s'\"\[`)]|$)")
POSITIONS = {
    False: "pip install '.[{}]' in the folder of a checkout of sendcloud-orders",
    True: "pip install 'sendcloud-orders[{}]'",
}
# What needs an extra, and how it fails without: the module that is missing, the code that asks for it.
NEEDS = {
    "command line": ("cli", "rich", "from sendcloud_orders_cli.__main__ import main; main()"),
    "sandbox": ("sandbox", "uvicorn", "import sendcloud_orders_sandbox as sandbox; sandbox.Sandbox"),
    "sandbox's command": (
        "sandbox",
        "uvicorn",
        "import runpy; runpy.run_module('sendcloud_orders_sandbox', {}, '__main__')",
    ),
}


@pytest.mark.other_process
@pytest.mark.one_python
@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("published", POSITIONS)
def test_what_needs_an_extra_says_how_to_install_it(need: str, published: bool) -> None:
    extra, missing, code = NEEDS[need]
    switch = f"import sys; import sendcloud_orders.installing as installing; installing.PUBLISHED = {published}"
    script = f"{switch}; sys.modules[{missing!r}] = None; {code}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith(f"needs {missing}: {POSITIONS[published].format(extra)}")


@pytest.mark.parametrize("published", POSITIONS)
def test_a_pace_on_redis_without_its_extra_says_how_to_install_it(
    published: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "PUBLISHED", published)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=re.escape(POSITIONS[published].format("redis"))):
        Pace(redis_url="redis://127.0.0.1:9")


def test_the_pages_install_the_package_as_its_messages_say() -> None:
    expected = "sendcloud-orders" if installing.PUBLISHED else "."
    told = {
        (page.relative_to(ROOT).as_posix(), match["what"])
        for page in PAGES
        for match in INSTALLED.finditer(page.read_text(encoding="utf-8"))
    }
    assert "README.md" in {page for page, _ in told}
    assert {page for page, what in told if what != expected} == set(), f"should install {expected!r}"
