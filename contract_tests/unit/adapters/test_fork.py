"""What a child gets after a fork, by real forks of processes of their own: threads make a fork in here a gamble."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from doubles.loopback import Connection, Loopback, answer
from orders.factory import order

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no fork, so there is nothing to survive"
)

LATENCY = 0.005

BEGINNING = """
import asyncio, os, signal, sys, threading, time
from sendcloud_orders import *
from sendcloud_orders.journal import Entry, digest

url, path = sys.argv[1:3]
made = dict(base_url=url, pace=Pace.unlimited(), retry=RetryPolicy.none(), timeout=5)
key = BasicCredentials("me", "hidden")

def children(count, work):
    "Fork, let each child work, and end with an error when one did not end well."
    began = []
    for number in range(count):
        sys.stdout.flush()
        if (child := os.fork()) == 0:
            signal.alarm(20)
            work(number)
            sys.exit(0)
        began.append(child)
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in began]
    assert ended == [0] * count, ended
"""


def run(script: str, url: str = "", path: object = "") -> str:
    """Run a script in a Python of its own, and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BEGINNING + textwrap.dedent(script), url, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def order_asked_for(connection: Connection) -> None:
    """Answer each request with the order that it names, after a while."""
    while request := connection.request():
        if request.startswith(b"POST /oauth2/token"):
            body = b'{"access_token": "ory_at_1"}'
        else:
            asked = re.match(rb"GET /orders/(\d+) ", request)
            assert asked is not None
            body = json.dumps({"data": {"id": asked[1].decode(), **order()}}).encode()
        time.sleep(LATENCY)
        connection.send(answer(body))


def takes_orders(connection: Connection) -> None:
    """Answer batches with references, one that holds an order named HELD never."""
    while request := connection.request():
        sent = json.loads(request.partition(b"\r\n\r\n")[2])
        if any(one["order_id"] == "HELD" for one in sent):
            connection.ended.wait(60)
            return
        references = [{"id": 1 + place, "order_id": one["order_id"]} for place, one in enumerate(sent)]
        connection.send(answer(json.dumps({"data": references}).encode(), status="201 Created"))


def assert_no_connection_serves_two_processes(server: Loopback) -> None:
    """Tell the processes by the thousand of the ids that they ask for."""
    asked = [re.findall(rb"GET /orders/(\d+) ", b"".join(one.received)) for one in server.connections]
    assert sum(map(len, asked)) == 2 + 4 * 20
    assert all(len({int(id) // 1000 for id in ids}) == 1 for ids in asked)


def test_children_that_ask_at_the_same_time_get_their_own_orders() -> None:
    script = """
    def work(number):
        for id in range(number * 1000 + 1000, number * 1000 + 1020):
            assert client.get(id).id == id

    with OrdersClient(key, **made) as client:
        assert client.get(7).id == 7
        children(4, work)
        assert client.get(8).id == 8
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)
        assert_no_connection_serves_two_processes(server)


def test_children_of_an_asynchronous_client_get_their_own_orders() -> None:
    script = """
    async def many(number):
        for id in range(number * 1000 + 1000, number * 1000 + 1020):
            assert (await client.get(id)).id == id
        await client.close()

    async def main():
        assert (await client.get(7)).id == 7
        children(4, lambda number: asyncio.run(many(number)))
        assert (await client.get(8)).id == 8
        await client.close()

    client = AsyncOrdersClient(key, **made)
    asyncio.run(main())
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)
        assert_no_connection_serves_two_processes(server)


def test_a_child_that_closes_the_client_leaves_the_parents_connections_open() -> None:
    script = """
    with OrdersClient(key, **made) as client:
        client.get(7)
        children(1, lambda number: client.close())
        client.get(8)
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)
        assert len(server.connections) == 1


def test_no_lock_that_another_thread_held_at_the_fork_stops_a_child() -> None:
    script = """
    credentials = OAuth2Credentials("client", "s3cret", f"{url}/oauth2/token")
    pace = Pace()
    client = OrdersClient(credentials, **made | {"pace": pace})
    client.get(7)
    connections = client._wire._connections
    [pool] = [pool for (_, _), pool in connections._pools.items()][:1]
    lane = pace._lanes["read"]
    locks = [credentials._shared.lock, lane._lock, lane._bucket.limiter._store._backend.lock]
    locks += [pool._pool._optional_thread_lock._lock]
    held, done = threading.Event(), threading.Event()

    def hold():
        for lock in locks:
            lock.acquire()
        held.set()
        done.wait(30)
        for lock in locks:
            lock.release()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    children(2, lambda number: client.get(100 + number))
    done.set()
    thread.join()
    client.get(8)
    client.close()
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)
        asked = [request for connection in server.connections for request in connection.received]
    # The token that was there already serves the children as well.
    assert sum(b"/oauth2/token" in request for request in asked) == 1


def test_a_token_request_that_was_under_way_at_the_fork_does_not_stop_a_child() -> None:
    script = """
    asked, answering = threading.Event(), threading.Event()

    def fetch(*request):
        if not asked.is_set():
            asked.set()
            answering.wait(30)
        return 200, b'{"access_token": "ory_at_1"}'

    client = OrdersClient(OAuth2Credentials("client", "s3cret", fetch=fetch), **made)
    thread = threading.Thread(target=client.get, args=(7,))
    thread.start()
    asked.wait(10)
    children(2, lambda number: client.get(100 + number))
    answering.set()
    thread.join()
    client.close()
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)


def test_a_childs_pace_begins_with_empty_buckets_and_keeps_a_hold() -> None:
    script = """
    pace = Pace(clock=Clock(sleep=lambda seconds: None))
    held = Pace.shared("account")
    held.hold(30)

    def work(number):
        assert Pace.shared("account") is held
        print(pace.acquire("write", within=0.5), held.acquire("read", within=20))

    assert pace.acquire("write", within=0)
    children(1, work)
    assert pace.acquire("write", within=0)
    """
    assert run(script) == "False False\n"


def test_a_journal_belongs_to_the_process_that_opened_it(tmp_path: Path) -> None:
    script = """
    from pathlib import Path
    order = (OrderKey(41, OrderId("A-1")), digest(b"order"))

    def contents():
        return {file.name: file.read_bytes() for file in Path(path).parent.iterdir()}

    def work(number):
        for use in (len, lambda journal: journal.record([]), lambda journal: journal.acknowledged_many([order])):
            try:
                use(journal)
            except ConfigurationError as error:
                assert "parent of this process" in str(error), error
            else:
                raise AssertionError("a child used its parent's journal")
        if number:
            journal.close()
        try:
            Journal(path, account="account")
        except ConfigurationError as error:
            assert "in use" in str(error), error
        else:
            raise AssertionError("the child's end unlocked the parent's journal")

    with Journal(path, account="account") as journal:
        journal.record([Entry(*order, 669)])
        before = contents()
        children(2, work)
        assert contents() == before
        assert journal.acknowledged_many([order]) == [669]
        journal.record([Entry(OrderKey(41, OrderId("A-2")), digest(b"order"), 670)])
    with Journal(path, account="account") as journal:
        print(len(journal))
    """
    assert run(script, path=tmp_path / "run.journal") == "2\n"


def test_a_child_that_ends_while_its_parent_writes_damages_nothing(tmp_path: Path) -> None:
    script = """
    with Journal(path, account="account") as journal:
        for batch in range(5):
            journal.record([Entry(OrderKey(41, OrderId(f"A-{batch}")), digest(b"order"), 1)])
            children(1, lambda number: None)
    with Journal(path, account="account") as journal:
        print(len(journal))
    """
    assert run(script, path=tmp_path / "run.journal") == "5\n"


def test_a_transport_of_the_callers_own_is_not_shared_with_a_child() -> None:
    script = """
    import httpx

    def work(number):
        try:
            client.get(1)
        except ConfigurationError as error:
            assert "fork" in str(error), error
        else:
            raise AssertionError("a child used the parent's transport")

    with OrdersClient(key, transport=httpx.HTTPTransport(verify=False), **made) as client:
        client.get(7)
        children(2, work)
        client.get(8)
    """
    with Loopback(order_asked_for) as server:
        run(script, server.url)
        assert len(server.connections) == 1


UPSERTS = """
import itertools

def order(name):
    return ORDER | {"order_id": name, "order_number": name}

def many(mark, count):
    return [order(f"{mark}-{number}") for number in range(count)]
"""


def upserting(script: str, url: str) -> str:
    return run(f"ORDER = {order()!r}\n{UPSERTS}{textwrap.dedent(script)}", url)


def test_a_child_upserts_with_threads_of_its_own_while_its_parent_does_too() -> None:
    script = """
    client = OrdersClient(key, **made)
    outcomes = client.upsert_iter(iter(many("P", 1000)), concurrency=3)
    assert next(outcomes).ok
    children(2, lambda number: client.upsert(many(f"C{number}", 1000)).raise_for_rejected())
    assert all(outcome.ok for outcome in outcomes)
    client.close()
    """
    with Loopback(takes_orders) as server:
        upserting(script, server.url)
        sent = [request for connection in server.connections for request in connection.received]
    assert len(sent) == 30


def test_an_upsert_that_a_parent_began_goes_on_there_and_is_refused_in_a_child() -> None:
    script = """
    def work(number):
        if number:
            outcomes.close()
            return
        try:
            list(outcomes)
        except ConfigurationError as error:
            assert "parent of this process" in str(error), error
        else:
            raise AssertionError("a child went on with its parent's upsert")

    with OrdersClient(key, **made) as client:
        outcomes = client.upsert_iter(iter(many("P", 1000)), concurrency=3)
        assert next(outcomes).ok
        children(2, work)
        assert sum(len(outcome.accepted) for outcome in outcomes) == 900
    """
    with Loopback(takes_orders) as server:
        upserting(script, server.url)


def test_a_program_ends_without_waiting_for_the_threads_of_an_upsert() -> None:
    script = """
    client = OrdersClient(key, **made | {"timeout": 600})
    held = iter([*many("A", 100), order("HELD"), *many("B", 99), *many("C", 100)])
    outcomes = client.upsert_iter(held, concurrency=2)
    print(next(outcomes).ok)
    """
    with Loopback(takes_orders) as server:
        assert upserting(script, server.url) == "True\n"


def test_a_child_coalesces_upserts_anew_while_its_parent_goes_on() -> None:
    script = """
    def work(number):
        assert coalescing.upsert(order(f"C{number}")).ok
        if number:
            coalescing.close()

    client = OrdersClient(key, **made)
    with client.coalescing() as coalescing:
        assert coalescing.upsert(order("P-1")).ok
        children(2, work)
        assert coalescing.upsert(order("P-2")).ok
    client.close()
    """
    with Loopback(takes_orders) as server:
        upserting(script, server.url)
        sent = [request for connection in server.connections for request in connection.received]
    assert len(sent) == 4
