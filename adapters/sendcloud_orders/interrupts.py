"""What leaves a piece of work that something from outside ended: a Ctrl-C, a cancellation, an exit."""

from __future__ import annotations


def left_by(error: BaseException, note: str) -> BaseException:
    """Give the exception to raise in place of the one that ended the work, with a note of what had become of it."""
    left = error
    if type(error) is KeyboardInterrupt:
        # A new one, for the trace of the old one shows the inside of every library that it passed through.
        left = KeyboardInterrupt(*error.args)
        left.__suppress_context__ = True
    left.add_note(note)
    return left
