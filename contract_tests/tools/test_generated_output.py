"""`spec/generate.py` writes what the specification makes, and sees every other byte."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tools import generation


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the script, pointed at copies of specification and package that a test may damage."""
    script = generation.load_script()
    monkeypatch.setattr(script, "SPEC", Path(shutil.copy(script.SPEC, tmp_path)))
    package = tmp_path / script.PACKAGE.name
    shutil.copytree(script.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(script, "PACKAGE", package)
    return script


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_package_is_what_the_specification_makes(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert (script.main(["--check"]), capsys.readouterr().out) == (0, "")


def test_the_output_depends_on_neither_place_nor_time_nor_language_nor_hash_seed(tmp_path: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "7", "PYTHONUTF8": "0"}
    (tmp_path / "ruff.toml").write_text("line-length = 40\n")
    command = [sys.executable, str(generation.ROOT / "spec" / "generate.py"), "--check"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_changed_description_is_seen_and_the_way_to_fix_it_named(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(script.SPEC, "description: A postal address.", "description: An address.")
    assert script.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "different: models/address_input.py" in said
    assert "different: manifest.json" in said
    assert "make generate" in said


def test_a_comment_in_the_specification_is_seen_in_the_manifest_alone(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(script.SPEC, "openapi: 3.1.0", "# a comment\nopenapi: 3.1.0")
    assert script.main(["--check"]) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")] == [
        "  different: manifest.json"
    ]


def test_stray_missing_and_edited_files_are_seen_and_fixed(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (script.PACKAGE / "models" / "stray.py").touch()
    (script.PACKAGE / "py.typed").unlink()
    edit(script.PACKAGE / "client.py", "30.0", "31.0")
    assert script.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "stray: models/stray.py" in said
    assert "missing: py.typed" in said
    assert "different: client.py" in said
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0


def test_a_check_changes_nothing(script: ModuleType) -> None:
    (script.PACKAGE / "py.typed").unlink()
    before = script.files(script.PACKAGE)
    script.main(["--check"])
    assert script.files(script.PACKAGE) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("openapi: 3.1.0", "openapi: 3.1.0\n  x: [1", "openapi.yaml, line 2: "),
        ("openapi: 3.1.0", "openapi: 3.1.0\nopenapi: 3.1.0", "openapi.yaml, line 2: found duplicate key"),
        ("schemas/OrderBatch'", "schemas/OrderBtch'", "/requestBody/content/application~1json/schema/$ref: "),
        ("value: '2026-11-01'", "value: 2026-11-01", "/examples/Day/value: 2026-11-01 is a date; put it in quotes"),
        ("title: Price\n", "title: PriceInput\n", 'duplicate models with name "PriceInput"'),
        ("'201':", "'2O1':", "POST /orders"),
        ("type: string, minLength: 1}", "type: strng, minLength: 1}", "paths./orders.get.parameters."),
    ],
    ids=["yaml", "key twice", "reference", "date", "name twice", "status", "type"],
)
def test_an_error_in_the_specification_is_told_with_its_place_and_spoils_nothing(
    script: ModuleType, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    before = script.files(script.PACKAGE)
    edit(script.SPEC, old, new)
    assert script.main([]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Fix" in told or "put it in quotes" in told
    assert "Traceback" not in told
    assert script.files(script.PACKAGE) == before


def test_an_empty_specification_is_told(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    script.SPEC.write_text("")
    assert script.main([]) == 2
    assert "openapi.yaml: expected a mapping" in capsys.readouterr().err


def test_a_missing_ruff_is_told_and_another_one_on_the_path_not_taken(
    script: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.sysconfig, "get_path", lambda name: str(tmp_path))
    assert script.main(["--check"]) == 2
    assert "make generate" in capsys.readouterr().err
