"""Spell numbers of things as English does."""


def counted(count: int, noun: str) -> str:
    """Spell a number of things: `1 order`, `2 orders`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
