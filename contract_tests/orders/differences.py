"""Where an order that came back is not the one that was sent."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

TIMES = frozenset({"order_created_at", "order_updated_at", "handover_at", "deliver_at"})


def differences(sent: Any, found: Any, path: str = "") -> list[str]:
    """Return where what came back is not what was sent: instants and amounts by value, the rest to the letter."""
    name = path.rsplit(".", 1)[-1]
    if isinstance(sent, dict):
        if not isinstance(found, dict):
            return [f"{path}: sent an object, got {found!r}"]
        return [line for key in sent for line in differences(sent[key], found.get(key), f"{path}.{key}")]
    if isinstance(sent, list) and sent:
        if not isinstance(found, list) or len(found) != len(sent):
            return [f"{path}: sent {len(sent)} rows, got {found!r}"]
        pairs = enumerate(zip(sent, found, strict=True))
        return [line for number, pair in pairs for line in differences(*pair, f"{path}.{number}")]
    return [] if _same(name, sent, found) else [f"{path}: sent {sent!r}, got {found!r}"]


def _same(name: str, sent: Any, found: Any) -> bool:
    if sent in (None, []):
        return found in (None, [])
    if name == "value" and _number(sent) is not None:
        return _number(sent) == _number(found)
    if name in TIMES and isinstance(found, str):
        return datetime.fromisoformat(sent) == datetime.fromisoformat(found)
    return bool(sent == found) and isinstance(sent, bool) == isinstance(found, bool)


def _number(value: Any) -> Decimal | None:
    """Return an amount or measure as a decimal, None for a text such as a tax number."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
