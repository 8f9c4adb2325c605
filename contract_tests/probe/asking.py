"""Ask questions of a target, each once, whatever it answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import httpx

from probe.lab import Bench, Lab, OddAnswerError
from probe.question import Answer, Neither, Question, in_sequence
from suite.answer import Reply
from suite.target import Target


@dataclass(frozen=True)
class Finding:
    """What came of one question, and what was said on the wire."""

    question: Question
    answer: Answer
    evidence: list[Reply]


def ask_all(
    target: Target, questions: Collection[Question], begin: Callable[[Question], object] = lambda question: None
) -> Iterator[Finding]:
    """Ask all questions in turn.

    begin: is called before each.
    """
    bench = Bench(target, sum(question.takes for question in questions))
    for question in in_sequence(questions):
        begin(question)
        yield ask(question, Lab(target, bench))


def ask(question: Question, lab: Lab) -> Finding:
    """Ask one question; an answer that cannot be read, or never comes, is neither of its values."""
    try:
        answer = question.experiment(lab)
    except OddAnswerError as odd:
        answer = Neither(str(odd))
    except httpx.TransportError as error:
        answer = Neither(f"no answer came: {type(error).__name__}")
    except Exception as error:
        # Whatever the server sent, or failed to send, must not end the run.
        answer = Neither(f"the answer could not be read: {type(error).__name__}: {error}")
    return Finding(question, answer, lab.evidence)
