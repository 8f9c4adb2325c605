"""A page is one file: what it shows is text, and a name that is not given is an error."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

import pages

TEMPLATE = """{% extends "base.html.jinja" %}
{% from "parts.html.jinja" import badge, facts, filters %}
{% block title %}A page{% endblock %}
{% block header %}{{ badge("passed", told) }}{{ facts([("when", "now")]) }}{% endblock %}
{% block content %}
{{ filters("here", [("state", "State", [("passed", "passed")])], "rules") }}<p id="here">{{ told }}</p>
{% endblock %}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    place = tmp_path / "one.html.jinja"
    place.write_text(TEMPLATE)
    return place


def test_what_a_page_shows_is_text_and_never_html(tmp_path: Path, template: Path) -> None:
    pages.write(tmp_path / "one.html", template, told="<script>alert('x')</script>")
    text = (tmp_path / "one.html").read_text()
    assert text.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") == 2
    assert "<script>alert" not in text


def test_a_name_that_is_not_given_is_an_error_and_leaves_no_page(tmp_path: Path, template: Path) -> None:
    with pytest.raises(UndefinedError, match="told"):
        pages.write(tmp_path / "one.html", template)
    assert not (tmp_path / "one.html").exists()
