"""What the robot found, as data: one line each."""

import re
from collections import Counter
from dataclasses import astuple, dataclass, field

MARK, NUMBER = re.compile(r"q[0-9a-f]{11}"), re.compile(r"\d+")

KINDS = {
    "fails": "an answer of 5xx",
    "seen": "a text came to a role that may not see it",
    "overreach": "a role changed what it may not, or published where it may not",
    "unjournalled": "stored pages differ from what would be rendered, and the journal was told of nothing",
    "stale": "the same, though the journal was told",
    "unrenderable": "a page of readers can't be rendered any more",
    "readers": "readers do not get what the admin says is live, or get what is not",
    "preview": "a preview does not show the draft",
    "refused": "a role does not get the form or the button of what it is there for",
    "told wrongly": "another number of entries in the journal than the deed should make",
    "told of nothing": "an entry, though nothing changed",
    "read, and changed": "reading changed rows",
    "read, and told": "reading made an entry",
}


@dataclass(frozen=True, order=True)
class Finding:
    """`kind`: what is wrong; `role`: who did it; `address`: where, with numbers as N; `detail`: what came of it."""

    kind: str
    role: str
    address: str
    detail: str

    def __str__(self) -> str:
        return " | ".join(astuple(self))


@dataclass
class Report:
    """All that was found, each once, and how much was done to find it."""

    findings: dict[Finding, str] = field(default_factory=dict)
    done: Counter = field(default_factory=Counter)

    def add(self, kind: str, role: str, address: str, detail: str) -> None:
        """Note a finding; the same one at another number is the same."""
        detail = MARK.sub("N", detail)
        self.findings.setdefault(Finding(kind, role, pattern_of(address), detail), address)

    def lines(self) -> list[str]:
        return [str(finding) for finding in sorted(self.findings)]

    def kinds(self) -> Counter:
        return Counter(finding.kind for finding in self.findings)


def pattern_of(address: str) -> str:
    """An address with every number and mark as N, and the names of its query alone."""
    path, _, query = address.partition("?")
    names = sorted({part.partition("=")[0] for part in query.split("&") if part})
    path = NUMBER.sub("N", MARK.sub("N", path))
    return path + ("?" + "&".join(names) if names else "")
