"""Waits are as long as a correct server may need, until the server is known to be broken."""

from collections.abc import Callable

import pytest

from doubles.virtual_time import VirtualTime
from suite.patience import Patience


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def patience(time: VirtualTime) -> Patience:
    return Patience(20, time, time.sleep)


def after(time: VirtualTime, seconds: float) -> Callable[[], bool]:
    """Return a look at something that comes so many seconds from now."""
    due = time.now + seconds
    return lambda: time.now >= due


def never() -> None:
    """Look at something that does not come."""


def waited(time: VirtualTime, patience: Patience) -> float:
    started = time.now
    patience.eventually(never)
    return time.now - started


def test_what_comes_late_is_waited_for(time: VirtualTime, patience: Patience) -> None:
    assert patience.eventually(after(time, 19))


def test_what_never_comes_uses_up_all_patience_the_first_time(time: VirtualTime, patience: Patience) -> None:
    assert waited(time, patience) == pytest.approx(20, abs=0.5)


def test_what_is_there_at_once_costs_no_time(time: VirtualTime, patience: Patience) -> None:
    started = time.now
    assert patience.eventually(lambda: True)
    assert time.now == started


def test_the_second_loss_costs_two_seconds_where_nothing_lags(time: VirtualTime, patience: Patience) -> None:
    patience.eventually(lambda: True)
    patience.eventually(never)
    assert waited(time, patience) == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize("lag", [1, 3])
def test_the_second_loss_costs_three_of_the_longest_lags(time: VirtualTime, patience: Patience, lag: int) -> None:
    for seconds in (0.1, lag, 0.2):
        patience.eventually(after(time, seconds))
    patience.eventually(never)
    assert waited(time, patience) == pytest.approx(3 * patience.lag, abs=0.5)
    assert patience.lag == pytest.approx(lag, abs=0.5)


def test_no_wait_grows_longer_by_a_loss(time: VirtualTime, patience: Patience) -> None:
    patience.eventually(after(time, 15))
    patience.eventually(never)
    assert waited(time, patience) == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("losses", [0, 3])
def test_a_server_that_lags_and_loses_nothing_is_waited_for_again_and_again(
    time: VirtualTime, patience: Patience, losses: int
) -> None:
    for _ in range(losses):
        patience.eventually(after(time, 18))
    assert all(patience.eventually(after(time, 18)) for _ in range(3))
    assert patience.seconds == 20


def test_what_lags_like_the_rest_is_waited_for_after_a_loss_too(time: VirtualTime, patience: Patience) -> None:
    patience.eventually(after(time, 2))
    patience.eventually(never)
    assert patience.eventually(after(time, 5))


def test_a_slow_server_is_asked_as_often_as_told(time: VirtualTime, patience: Patience) -> None:
    asked = []

    def look() -> bool:
        time.sleep(30)
        asked.append(time.now)
        return False

    patience.eventually(look, at_least=3)
    assert len(asked) == 3


def test_a_wait_that_says_how_long_is_as_long_after_a_loss(time: VirtualTime, patience: Patience) -> None:
    patience.eventually(never)
    started = time.now
    patience.eventually(never, seconds=20)
    assert time.now - started == pytest.approx(20, abs=0.5)
