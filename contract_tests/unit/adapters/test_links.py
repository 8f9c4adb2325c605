"""The Link header in every form that RFC 8288 allows, and in forms that it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.both_clients import KINDS, ClientKind, Driven
from orders.factory import order
from sendcloud_orders import ContractError, Pace, RetryPolicy
from sendcloud_orders.links import read_next_link

ASKED = "https://gateway.example/stage/api/v3/orders?page_size=2"
NEXT = "https://panel.sendcloud.sc/api/v3/orders?cursor=cD0y"

LEGAL = {
    "as documented": f'<{NEXT}>; rel="next"',
    "unquoted": f"<{NEXT}>; rel=next",
    "several relations": f'<{NEXT}>; rel="next last"',
    "several relations, the next one last": f'<{NEXT}>; rel="last  next"',
    "name in capitals": f'<{NEXT}>; REL="next"',
    "relation in capitals": f'<{NEXT}>; rel="Next"',
    "no blanks": f"<{NEXT}>;rel=next",
    "blanks around everything": f'<{NEXT}>\t ;  rel\t=  "next" ',
    "another parameter first": f'<{NEXT}>; title="page two"; rel="next"',
    "separators in quotes": f'<{NEXT}>; title="a; rel=last, <x>; b=c"; rel="next"',
    "escapes in quotes": f'<{NEXT}>; title="say \\"rel=last\\" \\\\"; rel="next"',
    "an escaped relation": f'<{NEXT}>; rel="\\next"',
    "a parameter without a value": f"<{NEXT}>; prefetch; rel=next",
    "a parameter in another charset": f"<{NEXT}>; title*=UTF-8'de'n%c3%a4chste; rel=next",
    "text beyond ASCII in quotes": f'<{NEXT}>; title="é"; rel=next',
    "an extension relation beside it": f'<{NEXT}>; rel="https://rels.example/Page next"',
    "a comma at the end": f'<{NEXT}>; rel="next",',
    "commas around and between": f' ,, <https://a.example/>; rel=first , ,<{NEXT}>; rel="next" , ',
    "after another link": f'<https://a.example/?cursor=x>; rel="prev", <{NEXT}>; rel="next"',
    "before another link": f'<{NEXT}>; rel="next", <https://a.example/?cursor=x>; rel="prev"',
    "two rel parameters, of which the first counts": f"<{NEXT}>; rel=next; rel=last",
    "a target that is not all URI": "<?cursor=a|b>; rel=next",
    "an empty parameter": f"<{NEXT}>; rel=next;",
    "a relative target": "</orders?cursor=cD0y>; rel=next",
    "about what was asked for": f'<{NEXT}>; rel=next; anchor="{ASKED}"',
    "about it under its public name": f'<{NEXT}>; rel=next; anchor="https://panel.sendcloud.sc/api/v3/orders"',
}
OTHER_TARGETS = {"a target that is not all URI": "?cursor=a|b", "a relative target": "/orders?cursor=cD0y"}
ENDS = {
    "empty": "",
    "commas alone": " , ,",
    "another relation": '<https://a.example/?cursor=x>; rel="prev"',
    "next in a title": '<https://a.example/?cursor=x>; title="rel=next"; rel=prev',
    "next in another parameter": "<https://a.example/?cursor=x>; rev=next; rel=prev",
    "a relation that begins like it": "<https://a.example/?cursor=x>; rel=next-archive",
    "another resource": f'<{NEXT}>; rel=next; anchor="/api/v3/parcels"',
    "a part of the page": f'<{NEXT}>; rel=next; anchor="#row-2"',
}
BROKEN = {
    "no link": "garbage",
    "no brackets": f"{NEXT}; rel=next",
    "an unclosed bracket": f'<{NEXT}; rel="next"',
    "no semicolon": f'<{NEXT}> rel="next"',
    "no relation": f"<{NEXT}>",
    "an empty relation": f'<{NEXT}>; rel=""',
    "a relation without a value": f"<{NEXT}>; rel",
    "an unclosed text before it": f'<{NEXT}>; title="page two; rel=next',
    "rubbish after a link": '<https://a.example/>; rel="prev" garbage',
    "rubbish after a comma": '<https://a.example/>; rel="prev", garbage',
    "two rel parameters, of which the second counts not": f"<{NEXT}>; rel=last; rel=next",
}


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize("form", LEGAL)
def test_the_next_link_is_found_in_every_legal_form(form: str) -> None:
    assert read_next_link([LEGAL[form]], ASKED) == OTHER_TARGETS.get(form, NEXT)


@pytest.mark.rule("LIST-CURSOR")
def test_the_next_link_is_found_among_several_header_fields() -> None:
    assert read_next_link(["<https://a.example/>; rel=first", f"<{NEXT}>; rel=next"], ASKED) == NEXT


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize("header", ENDS.values(), ids=ENDS)
def test_a_header_that_reads_well_and_holds_no_next_link_is_the_end(header: str) -> None:
    assert read_next_link([header], ASKED) is None


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize("header", BROKEN.values(), ids=BROKEN)
def test_a_header_that_cannot_be_read_is_an_error_and_never_the_end(header: str) -> None:
    with pytest.raises(ContractError, match="Link header") as caught:
        read_next_link([header], ASKED)
    assert NEXT not in str(caught.value)


# ---------------------------------------------------------------- the grammar

TOKEN = st.text("abcxyzABC019!#$%&'*+-.^_`|~", min_size=1, max_size=6)
TEXT = st.text('abc <>;,="\\\t/é', max_size=12)
BLANK = st.sampled_from(["", " ", "\t", "  "])


def quoted(text: str, escape: Callable[[str], bool]) -> str:
    return '"' + "".join(f"\\{one}" if one in '"\\' or escape(one) else one for one in text) + '"'


@st.composite
def parameters(draw: st.DrawFn) -> str:
    name = draw(TOKEN.filter(lambda name: name.lower() not in ("rel", "anchor", "rev") and not name.endswith("*")))
    equals = draw(BLANK) + "=" + draw(BLANK)
    spelled = draw(TOKEN | TEXT.map(lambda text: quoted(text, lambda one: one == "a")))
    return draw(st.sampled_from([name, name + equals + spelled]))


@st.composite
def links(draw: st.DrawFn, target: str, relations: list[str]) -> str:
    spelled = [draw(st.sampled_from([one, one.upper(), one.title()])) for one in relations]
    joined = draw(st.sampled_from([" ", "  "])).join(spelled)
    escapes = draw(st.sampled_from(["", "nx", "NEXT"]))
    value = joined if len(spelled) == 1 and draw(st.booleans()) else quoted(joined, lambda one: one in escapes)
    rel = draw(st.sampled_from(["rel", "REL", "Rel"])) + draw(BLANK) + "=" + draw(BLANK) + value
    others = draw(st.lists(parameters(), max_size=3))
    others.insert(draw(st.integers(0, len(others))), rel)
    return f"<{target}>" + "".join(f"{draw(BLANK)};{draw(BLANK)}{one}" for one in others)


@st.composite
def headers(draw: st.DrawFn, *, has_next: bool) -> list[str]:
    strange = st.lists(st.sampled_from(["prev", "first", "last", "https://rels.example/a"]), min_size=1, max_size=3)
    elements = draw(st.lists(strange.flatmap(lambda rels: links("https://a.example/?cursor=no", rels)), max_size=2))
    if has_next:
        beside = draw(st.lists(st.sampled_from(["last", "first"]), max_size=2))
        beside.insert(draw(st.integers(0, len(beside))), "next")
        elements.insert(draw(st.integers(0, len(elements))), draw(links(NEXT, beside)))
    for _ in range(draw(st.integers(0, 2))):
        elements.insert(draw(st.integers(0, len(elements))), "")
    cut = draw(st.integers(0, len(elements)))
    between = draw(BLANK) + "," + draw(BLANK)
    return [between.join(part) for part in (elements[:cut], elements[cut:])]


@pytest.mark.rule("LIST-CURSOR")
@given(headers(has_next=True))
def test_the_next_link_is_found_however_the_grammar_spells_it(fields: list[str]) -> None:
    assert read_next_link(fields, ASKED) == NEXT


@pytest.mark.rule("LIST-CURSOR")
@given(st.lists(parameters(), max_size=3))
def test_a_legal_header_without_a_next_link_is_the_end_however_it_is_spelled(others: list[str]) -> None:
    header = "; ".join(["<https://a.example/?cursor=no>", "rel=prev", *others])
    try:
        found = read_next_link([header], ASKED)
    except ContractError:
        names = [one.partition("=")[0].strip().lower() for one in others]
        # The RFC lets each of these come once.
        assert any(names.count(name) > 1 for name in ("media", "title", "type"))
    else:
        assert found is None


@pytest.mark.rule("LIST-CURSOR")
@given(st.text('abcnext<>;,=" \\\té?&/:', max_size=40))
def test_whatever_the_header_holds_it_is_read_or_refused(header: str) -> None:
    try:
        found = read_next_link([header], ASKED)
    except ContractError:
        return
    assert found is None or found in header
    assert found is not None or "<" not in header or "rel" in header.lower()


# ---------------------------------------------------------------- a listing


def serving(header: str) -> httpx.MockTransport:
    """Answer with one order a page: the first with this header, the last without."""

    def answer(request: httpx.Request) -> httpx.Response:
        second = "cursor" in request.url.params
        rows = [{"id": 2 if second else 1, **order("A-2" if second else "A-1")}]
        return httpx.Response(200, json={"data": rows}, headers={} if second else [("Link", header)])

    return httpx.MockTransport(answer)


@pytest.fixture(params=KINDS)
def listing(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Any]]:
    clients: list[Driven] = []

    def start(header: str) -> Any:
        kind: ClientKind = request.param
        clients.append(Driven(kind, serving(header), retry=RetryPolicy.none(), pace=Pace.unlimited()))
        return clients[-1].list(page_size=1)

    yield start
    for client in clients:
        client.close()


@pytest.mark.rule("LIST-COMPLETE", "LIST-CURSOR")
@pytest.mark.parametrize("form", ["several relations", "name in capitals", "separators in quotes", "a relative target"])
def test_a_listing_goes_on_after_its_first_page(listing: Callable[[str], Any], form: str) -> None:
    assert [one.id for one in listing(LEGAL[form])] == [1, 2]


@pytest.mark.rule("LIST-COMPLETE", "LIST-CURSOR")
@pytest.mark.parametrize("form", ["no link", "no semicolon", "an empty relation"])
def test_a_listing_whose_link_cannot_be_read_is_an_error(listing: Callable[[str], Any], form: str) -> None:
    with pytest.raises(ContractError, match="Link header"):
        list(listing(BROKEN[form]))
