"""All questions, by what they are about. To import this package is to have them in `probe.question.QUESTIONS`."""

from probe.questions import answers, edges, labels, lists, updates, upserts

__all__ = ["answers", "edges", "labels", "lists", "updates", "upserts"]
