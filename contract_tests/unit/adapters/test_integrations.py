"""Reading the integrations of an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from doubles.both_clients import Connect, Driven
from doubles.fake_service import PASSING, FakeService, ScriptedFault, Sent, answer_with, entry, error, unavailable
from orders.factory import order, orders
from sendcloud_orders import (
    BasicCredentials,
    ContractError,
    FieldError,
    InvalidRequest,
    NotFoundError,
    OrdersClient,
    PermissionDeniedError,
    UpsertReport,
)
from sendcloud_orders.exchange import Call, Exchange, Refused
from sendcloud_orders.upserting import UpsertOptions, UpsertRun


@pytest.mark.rule("INTEGRATION-LIST")
def test_all_integrations_come_with_what_no_model_names(connect: Connect) -> None:
    service = FakeService()
    service.integrations[0] |= {"id": "41", "colour": "green", "started_failing_at": None}
    teas, lamps = connect(service).integrations()
    assert (teas.id, teas.shop_name, teas.type_, teas.extra) == (41, "Invented Teas", "api", {"colour": "green"})
    assert lamps.id == 68


@pytest.mark.rule("INTEGRATION-GET")
@pytest.mark.parametrize("id", [68, "68"])
def test_one_integration_is_read_by_its_id(connect: Connect, id: Any) -> None:
    service = FakeService([unavailable])
    assert connect(service).integration(id).shop_name == "Invented Lamps"
    assert [sent.target for sent in service.sent] == ["/api/v3/integrations/68"] * 2


@pytest.mark.rule("INTEGRATION-MISSING")
def test_an_integration_that_there_is_not_is_told_with_what_to_do(connect: Connect) -> None:
    with pytest.raises(NotFoundError, match=r"search criteria given. integrations\(\) lists those"):
        connect(FakeService()).integration(999)


@pytest.mark.parametrize("id", [0, -1, "", "41a", "-1", 41.0, None, True, 2**63, "9" * 30, b"41", [41]])
def test_what_is_no_id_of_an_integration_is_refused(connect: Connect, id: Any) -> None:
    service = FakeService()
    with pytest.raises(InvalidRequest, match="id of an integration is a whole number"):
        connect(service).integration(id)
    assert service.sent == []


@pytest.mark.rule("INTEGRATION-GET")
def test_an_answer_about_another_integration_is_a_breach_of_contract(connect: Connect) -> None:
    other = answer_with(lambda: httpx.Response(200, json={"data": {"id": 68, "shop_name": "Invented"}}))
    with pytest.raises(ContractError, match="about integration 68, and integration 41 was asked for"):
        connect(FakeService([other] * 20)).integration(41)


def test_a_refusal_for_want_of_a_scope_names_the_scope(connect: Connect) -> None:
    forbidden = answer_with(lambda: error(403, "You do not have permission to perform this action.", code="forbidden"))
    with pytest.raises(PermissionDeniedError, match="integrations need read:integration"):
        connect(FakeService([forbidden])).integrations()


# ---------------------------------------------------------------- an order of an integration that there is not


def refusing(*places: int) -> ScriptedFault:
    def fault(request: httpx.Request, carry_out: Any) -> httpx.Response:
        pointers = [f"/data/attributes/[{place}]/order_details/integration/id" for place in places]
        detail = "Integration with id 999 does not exist"
        return httpx.Response(400, json={"errors": [entry(pointer, detail) for pointer in pointers]})

    return fault


def lines(service: FakeService) -> list[str]:
    return [f"{sent.method} {sent.target.removeprefix('/api/v3')}" for sent in service.sent]


TOLD = "order_details.integration.id: Integration with id 999 does not exist (the account has 41 Invented Teas, 68 "
WAYS: dict[str, Callable[[Driven, list[Any]], UpsertReport]] = {
    "upsert": lambda client, given: client.upsert(given),
    "skip": lambda client, given: client.upsert(given, on_rejected="skip"),
    "isolate": lambda client, given: client.upsert(given, on_rejected="isolate"),
    "iter": lambda client, given: UpsertReport.of(client.upsert_iter(given, on_rejected="isolate")),
    "batch": lambda client, given: client.upsert_batch(given),
}


@pytest.mark.rule("UPSERT-ACCOUNT", "UPSERT-INTEGRATIONS")
@pytest.mark.parametrize("way", WAYS)
def test_an_order_of_an_unknown_integration_is_told_with_those_that_there_are(connect: Connect, way: str) -> None:
    service = FakeService([refusing(1)])
    report = WAYS[way](connect(service), orders(2))
    [told] = [str(one.errors[0]) for one in report.rejected if one.errors]
    assert told == f"{TOLD}Invented Lamps)"
    assert lines(service).count("GET /integrations") == 1


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_they_are_read_once_in_a_run_and_anew_in_the_next(connect: Connect) -> None:
    service = FakeService([refusing(0), None, refusing(0), refusing(0), None, refusing(0)])
    client = connect(service)
    report = client.upsert(orders(250), on_rejected="skip")
    assert len([one for one in report.rejected if one.errors]) == 3
    assert all("the account has 41" in one.errors[0].hint for one in report.rejected if one.errors)
    assert lines(service) == ["POST /orders", "GET /integrations", "POST /orders", "POST /orders"]
    service.faults = iter([refusing(0)])
    client.upsert(orders(1))
    assert lines(service)[-1] == "GET /integrations"


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_batches_that_are_refused_at_the_same_time_share_one_read(connect: Connect) -> None:
    service = FakeService()
    service.faults = iter([])

    def fault(request: httpx.Request) -> httpx.Response:
        service.sent.append(Sent(request.method, request.url.raw_path.decode(), request.content, request.headers))
        reads = request.method == "GET"
        return service.carry_out(request) if reads else refusing(0)(request, lambda: service.carry_out(request))

    client = connect(httpx.MockTransport(fault))
    report = client.upsert(orders(800), on_rejected="skip", concurrency=4)
    assert lines(service).count("GET /integrations") == 1
    assert all("the account has 41" in one.errors[0].hint for one in report.rejected if one.errors)


@pytest.mark.rule("UPSERT-INTEGRATIONS")
@pytest.mark.parametrize("fault", PASSING)
def test_a_read_that_fails_hides_no_refusal_and_is_not_made_again(connect: Connect, fault: str) -> None:
    service = FakeService([refusing(0), PASSING[fault], refusing(0)])
    client = connect(service)
    report = client.upsert(orders(200), on_rejected="skip")
    told = [str(one.errors[0]) for one in report.rejected if one.errors]
    assert told == ["order_details.integration.id: Integration with id 999 does not exist"] * 2
    assert lines(service) == ["POST /orders", "GET /integrations", "POST /orders"]
    assert client.watch.slept == []


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_a_caller_who_may_not_list_them_is_told_of_the_scope_and_asks_once(connect: Connect) -> None:
    forbidden = answer_with(lambda: error(403, "You do not have permission to perform this action.", code="forbidden"))
    service = FakeService([refusing(0), forbidden, refusing(0)])
    report = connect(service).upsert(orders(200), on_rejected="skip")
    assert all("scope read:integration" in one.errors[0].hint for one in report.rejected if one.errors)
    assert lines(service).count("GET /integrations") == 1


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_a_transport_that_breaks_at_the_read_hides_no_refusal(connect: Connect) -> None:
    def broken(request: httpx.Request, carry_out: Any) -> httpx.Response:
        raise RuntimeError

    report = connect(FakeService([refusing(0), broken])).upsert(orders(1), on_rejected="skip")
    assert "Integration with id 999 does not exist" in str(report)


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_an_interrupt_at_the_read_leaves_the_orders_rejected() -> None:
    def interrupt(request: httpx.Request, carry_out: Any) -> httpx.Response:
        raise KeyboardInterrupt

    client = Driven("blocking", FakeService([refusing(0), interrupt]))
    with pytest.raises(KeyboardInterrupt) as caught:
        client.upsert(orders(1))
    client.close()
    left: Any = caught.value
    assert "1 rejected" in left.report.counts


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_another_refusal_reads_no_integrations(connect: Connect) -> None:
    service = FakeService()
    connect(service).upsert([order("A", order_number="bad")])
    assert lines(service) == ["POST /orders"]


@pytest.mark.parametrize("count", [0, 12])
def test_no_integration_is_told_and_of_many_the_first_ten(connect: Connect, count: int) -> None:
    service = FakeService([refusing(0)])
    names = ["x" * 41, "a\nb", None, *("Shop",) * 9]
    service.integrations = [{"id": one + 1, "shop_name": names[one]} for one in range(count)]
    [rejected] = connect(service).upsert(orders(1)).rejected
    shop = ", ".join(f"{one} Shop" for one in range(4, 11))
    assert rejected.errors[0].hint == (
        f"the account has 1, 2, 3, {shop}, and 2 more" if count else "the account has no integration"
    )


@pytest.mark.rule("UPSERT-INTEGRATIONS", "UPSERT-ATOMIC")
@pytest.mark.parametrize("on_rejected", ["stop", "skip"])
def test_a_run_that_stops_has_stopped_before_they_are_read(on_rejected: Any) -> None:
    run = UpsertRun(UpsertOptions(on_rejected=on_rejected))
    [batch] = run.plan(orders(1), drain=False)
    conversation = run.deliver(batch)
    next(conversation)
    unknown = FieldError("Integration with id 999 does not exist", ("order_details", "integration", "id"), index=0)
    read = conversation.send(Exchange(Refused(400, (unknown,)), 1, False, 0.0, 0.0))
    assert isinstance(read, Call)
    assert read.operation.name == "list_integrations"
    assert run.stopped is (on_rejected == "stop")


@pytest.mark.rule("UPSERT-INTEGRATIONS")
def test_a_coalesced_upsert_is_told_too() -> None:
    service = FakeService([refusing(0)])
    with (
        OrdersClient(BasicCredentials("public", "hidden"), transport=service.transport) as client,
        client.coalescing(linger=0) as coalescing,
    ):
        assert "the account has 41 Invented Teas" in str(coalescing.upsert(order()))
