"""Keep the state of one sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from .access import Access, Credentials
from .clock import SandboxClock
from .faults import API_PATH, Fault, FaultKind, Faults
from .history import History
from .hosts import Hosts
from .integrations import Integrations
from .moments import service_form
from .pace import RateLimits
from .policies import Policies
from .presenting import present_order
from .recording import Recording, Request
from .rules import Rules, parse_id
from .shipping import Shipping
from .store import Document, Shipment, Store
from .watch import Watch

DEFAULT_INTEGRATIONS = (41, 68)
UPSERT_PATH = f"{API_PATH}/orders"
AS_STORED = Policies(timestamps="as_sent")


class Service:
    """The rules with their store, credentials, rate limits, faults and the record of requests."""

    def __init__(
        self,
        *,
        policies: Policies,
        integrations: Iterable[int] = DEFAULT_INTEGRATIONS,
        credentials: Credentials | None = None,
        db: Path | None = None,
        rate_limit: bool = False,
        time_scale: float = 1.0,
        token_lifetime: float = 3600.0,
        rules: type[Rules] = Rules,
    ) -> None:
        self.integrations: frozenset[int] = frozenset(integrations)
        self.clock: SandboxClock = SandboxClock(time_scale)
        self.history: History = History()
        self.store: Store = Store(db, self.history)
        self.rules: Rules = rules(self.store, self.integrations, policies, self.clock)
        self.shipping: Shipping = Shipping(self.rules)
        self.account: Integrations = Integrations(self.rules)
        self.access: Access = Access(credentials or Credentials(), self.clock, token_lifetime)
        self.limits: RateLimits | None = RateLimits(self.clock) if rate_limit else None
        self.watch: Watch = Watch()
        self.faults: Faults = Faults(self.watch.tell)
        self.recording: Recording = Recording()
        self.resets: int = 0
        # Known as soon as a server listens.
        self.hosts: Hosts | None = None
        self.base_url: str = ""
        self.use(policies)

    @property
    def policies(self) -> Policies:
        """Return the policies in force."""
        return self.rules.policies

    @property
    def requests(self) -> list[Request]:
        """Return the requests so far."""
        return self.recording.copies()

    @property
    def environ(self) -> Mapping[str, str]:
        """Return the environment variables that point a client at this sandbox."""
        return {
            "SENDCLOUD_BASE_URL": self.base_url,
            "SENDCLOUD_PUBLIC_KEY": self.access.credentials.public_key,
            "SENDCLOUD_SECRET_KEY": self.access.credentials.secret_key,
            "SENDCLOUD_INTEGRATION_IDS": ",".join(map(str, sorted(self.rules.own_integrations))),
        }

    def use(self, policies: Policies) -> None:
        """Apply other policies, from the next request on."""
        self.rules.policies = policies
        self.standing_faults: Faults = Faults()
        self.conflicts: Faults = Faults()
        if policies.conflict_every:
            kind = FaultKind.CONFLICT if policies.conflict_status == 400 else FaultKind.CONFLICT_BY_STATUS
            self.conflicts.every(policies.conflict_every, Fault(kind), method="POST")
        if policies.throttle_every:
            self.standing_faults.every(policies.throttle_every, Fault(FaultKind.THROTTLED, policies.throttle_seconds))
        self.watch.tell()

    def record(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Request:
        """Give a request its number and remember it, without its credentials."""
        request = self.recording.begin(method, path, query, headers)
        self.watch.tell()
        return request

    def finish(self, request: Request, seconds: float) -> None:
        """Remember that a request is over."""
        self.recording.end(request, seconds)
        self.watch.tell()

    def add_integration(self, integration: int) -> None:
        """Add an integration to the account."""
        self.rules.own_integrations.add(integration)
        self.watch.tell()

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward."""
        self.clock.advance(seconds)
        self.watch.tell()

    def fault_for(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request: a planned one, or one that a policy allows."""
        planned, standing = self.faults.take(method, path), self.standing_faults.take(method, path)
        conflict = self.conflicts.take(method, path) if path.removesuffix("/") == UPSERT_PATH else None
        return planned or conflict or standing

    def orders(self) -> list[Document]:
        """Return all saved orders, in the order of their ids, with timestamps and amounts as they were sent."""
        self.rules.save_due()
        return [present_order(stored, AS_STORED) for stored in self.store.select([], [], ["id"], "id", -1)]

    def shipments(self) -> list[Document]:
        """Return all shipments, in the order of their ids."""
        return [
            {
                "shipment_id": str(shipment.id),
                "parcel_ids": shipment.parcel_ids,
                "integration": shipment.integration,
                "order_id": shipment.order_id,
                "order_number": shipment.order_number,
                "mime_type": shipment.mime_type,
                "tracking_number": shipment.tracking_number,
                "created_at": service_form(datetime.fromtimestamp(shipment.created_at, UTC)),
            }
            for shipment in self.store.shipments()
        ]

    def label(self, shipment_id: str) -> Shipment | None:
        """Return the shipment with this id, which holds the bytes of its label and their type."""
        number = parse_id(shipment_id)
        return None if number is None else self.store.shipment(number)

    def reset(self) -> None:
        """Forget all but policies and credentials: orders, shipments, requests, faults, tokens, rates, integrations."""
        self.store.clear()
        self.rules.own_integrations = set(self.integrations)
        self.faults.clear()
        self.access.revoke_tokens()
        self.recording.clear()
        self.history.clear()
        self.resets += 1
        if self.limits:
            self.limits.refill()
        self.watch.tell()
