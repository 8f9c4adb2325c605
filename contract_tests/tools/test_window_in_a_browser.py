"""The sandbox's window works in a real browser: live, by keyboard, on a phone and on a desk, light and dark."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from pages.in_a_browser import opened
from pages.using_window import use_window
from sendcloud_orders_sandbox import Policies, Sandbox

Use = dict[str, Any]
SCRIPT = "<script>window.run = true</script>"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def used(sandbox: Sandbox) -> Iterator[Use]:
    with opened() as (program, folder):
        yield use_window(program, sandbox, folder / "window")


def test_the_window_opens_without_an_error_and_asks_nobody_else(used: Use) -> None:
    # Where a request is refused or the sandbox is told wrong keys, that is what was to be seen.
    assert (used["errors"], used["foreign"]) == ([], [])


def test_the_token_leaves_the_address_at_once(used: Use, sandbox: Sandbox) -> None:
    assert used["address"] == sandbox.window_url.partition("#")[0]


def test_an_order_is_seen_as_it_comes_and_text_in_it_is_never_run(used: Use) -> None:
    assert used["live"]["marked"], "the page was loaded again"
    assert not used["live"]["run"]
    assert SCRIPT in used["live"]["text"]
    assert "<img src=x onerror='window.run=1'>" in used["live"]["text"]


def test_a_search_leaves_what_was_asked_for(used: Use) -> None:
    assert [text.partition("A-2")[0] for text in used["searched"]] == ["#"]


def test_an_order_is_opened_and_closed_by_the_keyboard_and_its_history_grows(used: Use) -> None:
    opened = used["opened"]
    assert opened["inside"], "the focus is not in the dialog"
    assert "Created by request 1" in opened["text"]
    assert "Written by request 2" in opened["text"]
    assert "order_number #A-1 renamed" in opened["text"]
    assert opened["back"] == "renamed", "the focus does not go back to the row"


def test_a_request_tells_its_rule_and_both_bodies(used: Use) -> None:
    assert used["refusal"].startswith("UPSERT-ACCOUNT: Integration with id 77 does not exist")
    assert any('"order_id": "A-3"' in text for text in used["said"])
    assert any('"detail": "Integration with id 77 does not exist"' in text for text in used["said"])


def test_the_focus_stays_on_a_row_while_others_come(used: Use) -> None:
    before, after = used["focus"]
    assert before == after != ""


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: nothing can run what is copied for it")
def test_what_is_copied_as_curl_is_a_line_that_works(used: Use, sandbox: Sandbox) -> None:
    known = {"PATH": os.environ["PATH"], **sandbox.environ}
    done = subprocess.run(["sh", "-c", used["curl"]], env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, "\n" in used["curl"]) == (0, False)
    assert "Integration with id 77 does not exist" in done.stdout


def test_what_is_copied_as_python_is_a_script(used: Use) -> None:
    compile(used["Python"], "copied", "exec")


def test_each_policy_is_a_switch_that_changes_what_the_sandbox_does(used: Use, sandbox: Sandbox) -> None:
    assert used["policies"] == len(msgspec.structs.fields(Policies))
    assert used["switched"] == 202
    assert sandbox.policies == Policies()


def test_a_fault_is_planned_met_and_taken_back(used: Use) -> None:
    assert used["failed"] == [200, 503, 201]


def test_all_orders_are_downloaded(used: Use) -> None:
    assert used["saved"] == {"name": "orders.ndjson", "orders": ["A-1", "A-2", "A-4", "A-5"]}


def test_example_orders_are_added(used: Use) -> None:
    assert used["seeded"] == 16


def test_a_label_is_listed_and_saved(used: Use) -> None:
    assert (used["labelled"]["name"], used["labelled"]["begins"]) == ("label-7001.pdf", "%PDF-")
    assert "EX-0002" in used["labelled"]["row"]


def test_a_reset_asks_first_and_begins_with_the_harmless_answer(used: Use, sandbox: Sandbox) -> None:
    assert (used["asked"], used["kept"]) == ("Cancel", 16)
    assert sandbox.orders() == []


def test_the_window_is_no_wider_than_a_phone(used: Use) -> None:
    assert {name: one["overflow"] for name, one in used["layouts"].items() if one["overflow"] > 0} == {}


def test_every_text_of_the_window_stands_out_light_and_dark(used: Use) -> None:
    assert {name: one["pale"] for name, one in used["layouts"].items() if one["pale"]} == {}


def test_everything_that_can_be_used_has_a_name(used: Use) -> None:
    assert {name: one["unnamed"] for name, one in used["layouts"].items() if one["unnamed"]} == {}


def test_headings_have_the_structure_that_a_screen_reader_goes_by(used: Use) -> None:
    for name, one in used["layouts"].items():
        steps = [after - before for before, after in itertools.pairwise(one["headings"])]
        assert (one["headings"][0], one["headings"].count(1), max(steps)) == (1, 1, 1), name


def test_the_keyboard_reaches_everything_from_the_top(used: Use) -> None:
    assert used["tabbed"][:3] == ["Skip to the content", "Orders", "Requests"]
    assert used["tabbed"].index("search") > used["tabbed"].index("Reset …")


def test_without_the_printed_address_the_window_asks_for_the_keys(used: Use) -> None:
    assert used["signedIn"] == {"refused": "These are not the sandbox's keys.", "open": True}


def test_without_javascript_the_page_says_what_else_there_is(used: Use) -> None:
    assert "GET /_sandbox/orders" in used["plain"]
