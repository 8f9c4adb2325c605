"""Keep the sandbox's own time, which a test can speed up and move forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SandboxClock:
    """The sandbox's time, in seconds since the epoch; `scale` of its seconds pass in one real second."""

    def __init__(self, scale: float = 1.0) -> None:
        if scale <= 0:
            raise ValueError(f"expected a time scale above 0, got {scale:g}")
        self.scale = scale
        self._started = time.time()
        self._started_monotonic = time.monotonic()
        self._moved = 0.0

    def now(self) -> float:
        """Return the sandbox's time; it never goes back."""
        return self._started + self._moved + (time.monotonic() - self._started_monotonic) * self.scale

    def moment(self) -> datetime:
        """Return the sandbox's time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def real_moment(self) -> datetime:
        """Return the time that clients see, as an aware datetime in UTC."""
        return datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward."""
        self._moved += seconds

    def real_seconds(self, seconds: float) -> float:
        """Return how many real seconds pass during `seconds` of the sandbox's time."""
        return seconds / self.scale
