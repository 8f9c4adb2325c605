"""Judge the trials: every damage has to be seen by a test of the broken rule, and no correct server may be accused."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kill_matrix.cross import CROSS, Place
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

    @property
    def understood(self) -> bool:
        """Whether the cause that the verdict names first is a rule which the damage breaks."""
        return not set(self.trial.named[:1]).isdisjoint(self.damage.rules)


class State(StrEnum):
    """What is known of a rule in one place."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    ACCEPTED = "not seen, for a reason"
    NO_DAMAGE = "no damage there"


@dataclass(frozen=True)
class Cell:
    """One rule in one place, and the damages that were done to it there."""

    rule: str
    place: Place
    kills: Sequence[Kill]

    @property
    def state(self) -> State:
        """What the least seen of the damages comes to."""
        unseen = [kill for kill in self.kills if not kill.seen]
        if unseen:
            return State.ACCEPTED if all(kill.damage.accepted for kill in unseen) else State.NOT_SEEN
        return State.SEEN if self.kills else State.NO_DAMAGE


@dataclass(frozen=True)
class Matrix:
    """All damages and all correct servers that were tried."""

    kills: Sequence[Kill]
    varied: Sequence[Trial]
    seconds: float

    @property
    def survivors(self) -> list[Kill]:
        """Damages that no test of their rules saw, though one has to."""
        return [kill for kill in self.kills if not kill.seen and not kill.damage.accepted]

    @property
    def accepted(self) -> list[Kill]:
        """Damages that no test of their rules saw, for a reason that is written down."""
        return [kill for kill in self.kills if not kill.seen and kill.damage.accepted]

    @property
    def named(self) -> list[Kill]:
        """Damages whose verdict named a cause."""
        return [kill for kill in self.kills if kill.trial.named]

    @property
    def cells(self) -> Sequence[Cell]:
        """Each rule of a server with each place where it may break alone, and with everywhere."""
        there: dict[tuple[str, Place], list[Kill]] = {}
        for kill in self.kills:
            for rule in kill.damage.rules if kill.damage.of == SANDBOX else ():
                there.setdefault((rule, kill.damage.place), []).append(kill)
        return [
            Cell(rule, place, there.get((rule, place), []))
            for rule, places in CROSS.items()
            for place in (Place.EVERYWHERE, *places)
        ]

    @property
    def false_alarms(self) -> list[Trial]:
        """Correct servers that the suite found fault with, or left orders on."""
        return [trial for trial in self.varied if trial.exit_code != 0 or trial.left]

    @property
    def passed(self) -> bool:
        """Whether all damages were seen that have to be, and no correct server was accused."""
        return not self.survivors and not self.false_alarms
