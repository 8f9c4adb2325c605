"""One test that ran, as verdict, causes and page see it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from suite.exchange import Exchange

CLIENT = "client"


@dataclass(frozen=True)
class Case:
    """What a test proves, where, and how it ended.

    name: pytest's id of the test.
    rules: ids of the ledger, as the test's marks name them, the most telling first.
    target: the kind of server: `mock`, `sandbox`, `foreign`, or `client` for a test that needs none.
    outcome: passed, failed or skipped.
    uses: the fixtures that other rules must hold for, such as `shelf`.
    unset: whether it failed before it began, in what a fixture does.
    message: what a failure says, or why a test was skipped.
    shown: the last requests and answers of a failed test.
    """

    name: str
    rules: tuple[str, ...]
    target: str
    outcome: str
    uses: tuple[str, ...] = ()
    unset: bool = False
    message: str = ""
    seconds: float = 0.0
    shown: tuple[Exchange, ...] = ()

    @property
    def test(self) -> str:
        """The name of the test function."""
        return self.name.rpartition("::")[2].partition("[")[0]

    @property
    def parameters(self) -> str:
        """What the test was run for, in pytest's words; empty for a test that runs once."""
        return self.name.rpartition("::")[2].partition("[")[2].removesuffix("]")

    @property
    def queried(self) -> set[str]:
        """The query parameters of the requests that it shows."""
        return {name for one in self.shown for name in parse_qs(urlsplit(one.path).query, keep_blank_values=True)}

    @property
    def answered(self) -> str:
        """Whether the last write that it shows was `accepted` or `refused`; empty where it shows none."""
        writes = [one for one in self.shown if one.method != "GET"]
        if not writes:
            return ""
        return "accepted" if writes[-1].status < 300 else "refused"

    @property
    def gist(self) -> str:
        """The first line of what a failure says, without the name that Python gives it."""
        return self.message.partition("\n")[0].removeprefix("AssertionError: ")

    @property
    def title(self) -> str:
        """The name as a sentence: without its file, and with what it was run for behind it."""
        test, _, parameters = self.name.rpartition("::")[2].partition("[")
        sentence = test.removeprefix("test_").replace("_", " ")
        own = parameters.removesuffix("]").removeprefix(self.target).removeprefix("-")
        return f"{sentence} [{own}]" if own else sentence
