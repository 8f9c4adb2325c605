"""Judge the trials: every damage has to be seen by a test of the broken rule, and no correct server may be accused."""

from collections.abc import Sequence
from dataclasses import dataclass

from kill_matrix.damage import SANDBOX, Damage
from kill_matrix.trial import Failure, Trial


@dataclass(frozen=True)
class Kill:
    """A damage, and what the suite made of it.

    plain: what Schemathesis saw of it, by the names of its checks; None when it was not asked.
    """

    damage: Damage
    trial: Trial
    plain: tuple[str, ...] | None = None

    @property
    def witnesses(self) -> tuple[Failure, ...]:
        """The failures of tests that prove a rule which the damage breaks."""
        broken = set(self.damage.rules)
        return tuple(one for one in self.trial.failures if not broken or broken & set(one.rules))

    @property
    def seen(self) -> bool:
        """Whether a test of a broken rule failed, and where a server is damaged showed request and answer."""
        return self.trial.exit_code == 1 and any(one.shown or self.damage.of != SANDBOX for one in self.witnesses)


@dataclass(frozen=True)
class Matrix:
    """All damages and all correct servers that were tried."""

    kills: Sequence[Kill]
    varied: Sequence[Trial]
    seconds: float

    @property
    def survivors(self) -> list[Kill]:
        """Damages that no test of their rules saw."""
        return [kill for kill in self.kills if not kill.seen]

    @property
    def false_alarms(self) -> list[Trial]:
        """Correct servers that the suite found fault with, or left orders on."""
        return [trial for trial in self.varied if trial.exit_code != 0 or trial.left]

    @property
    def passed(self) -> bool:
        """Whether all damages were seen and no correct server was accused."""
        return not self.survivors and not self.false_alarms
