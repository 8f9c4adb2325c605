"""Whoever opens this folder for the first time finds in CONTRIBUTING.md what each part of it is."""

import re
from pathlib import Path

HERE = Path(__file__).parents[1]
CONTRIBUTING = (HERE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_each_folder_of_the_contract_tests_has_its_place_in_the_table() -> None:
    table = CONTRIBUTING.partition("| folder |")[2].partition("\n\n")[0]
    folders = {path.name for path in HERE.iterdir() if any(path.rglob("*.py"))} - {"__pycache__"}
    assert set(re.findall(r"`(\w+)/`", table)) == folders
