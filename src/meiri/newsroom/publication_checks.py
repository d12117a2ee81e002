"""What is looked at before an article is published. Each app registers its checks when it is ready; every way to publish (button,
schedule, workflow, bulk, API, import, command) asks all of them in the publishing transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, partial
from typing import Any

from django.db.models import Model
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import Revision

# How many findings one message names.
SHOWN = 6


class Strictness(StrEnum):
    """How a rule is meant: what it finds stops the publication, is asked about, or is not looked at."""

    STOP = "stop"
    ASK = "ask"
    OFF = "off"


@dataclass(frozen=True)
class PublishingRule:
    """A rule whose level chief editors set for each channel. `level`: where nobody has set one."""

    code: str  # that of its findings
    label: str
    level: Strictness = Strictness.ASK


@dataclass(frozen=True)
class Finding:
    """Something about a version of an article that stops its publication, or that an editor is asked about."""

    code: str  # of what was found, such as `source.unlisted`: exceptions and settings of channels name it
    sentence: str  # for editors; says what to do
    # The field of the form it is about, or `body:` and the id of a block; empty for the whole article.
    place: str = ""
    stops: bool = True


@dataclass(frozen=True)
class EntryText:
    """What an entry of a live coverage says: a title, and a body as it is stored. `row` is the entry, saved or not; `report` what
    it belongs to; `channel_id` that of the report."""

    row: Model
    report: Model
    channel_id: int | None
    title: str
    body: Sequence[Mapping[str, Any]]


class PublicationCheck(ABC):
    """One thing that is looked at. Subclasses say what they find."""

    label: str = ""  # what editors see in the panel beside the form
    # Those whose level is set for each channel; other findings are as they come.
    rules: tuple[PublishingRule, ...] = ()
    # Whether it looks for what an editor adds: what nobody of the newsroom answers for is not asked for that.
    asks_editors = False
    # Whether what stops a publication stops its last review too.
    before_last_review = False

    @abstractmethod
    def findings(self, version: Model, revision: Revision | None, by) -> Iterable[Finding]:
        """What stands in the way of publishing `version` by `by` (None: the system, as when a schedule is due).

        `version` is an article with the content of `revision`; None is a form that was not saved yet.
        """

    def findings_of_entries(self, entries: Sequence[EntryText]) -> Iterable[tuple[int, Finding]]:
        """What stands in the way of showing readers entries of one live coverage, each with the number of its entry. Most checks ask
        what only articles answer. As many queries for many as for one."""
        return ()


class PublicationStopped(PublishPermissionError):
    """The article can't be published as it is. Its text says why, for the editor; `findings` are what stops it."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        super().__init__(in_one_sentence(findings))


def in_one_sentence(findings: Sequence[Finding]) -> str:
    """What stops a publication, for the editor."""
    more = f"等 {len(findings)} 处" if len(findings) > SHOWN else ""
    return f"不能发布：{'；'.join(found.sentence.rstrip('。') for found in findings[:SHOWN])}{more}。"


_checks: list[PublicationCheck] = []
_levels_of: Callable[[Any], Mapping[str, Strictness]] | None = None
# Whether what was found is let pass all the same, by somebody who may and says why: `(version, finding) -> bool`.
exceptions: list[Callable[[Model, Finding], bool]] = []


def register_check(check: PublicationCheck) -> None:
    _checks.append(check)


def register_levels(levels_of: Callable[[Any], Mapping[str, Strictness]]) -> None:
    """Say where the levels of rules are kept: `levels_of(version)` gives those that were set for its channel, by their codes."""
    global _levels_of
    _levels_of = levels_of


def registered_rules() -> list[tuple[PublicationCheck, PublishingRule]]:
    """The rules whose level can be set, each with its check."""
    return [(check, rule) for check in _checks for rule in check.rules]


def findings_by_check(
    version: Model, revision: Revision | None, by, checks: Iterable[PublicationCheck] | None = None
) -> Iterator[tuple[PublicationCheck, Finding]]:
    """What `checks`, all where it is None, find in `version`, without what an exception lets pass, each with the check that found it."""
    levels = cache(partial(stored_levels, version))
    has_editor = is_of_newsroom(revision, by)
    for check in _checks if checks is None else checks:
        if check.asks_editors and not has_editor:
            continue
        for found in check.findings(version, revision, by):
            finding = _at_its_level(found, check, levels)
            if finding and not any(lets_pass(version, finding) for lets_pass in exceptions):
                yield check, finding


def findings_of_entries(entries: Sequence[EntryText]) -> list[list[Finding]]:
    """What the checks find in entries of one live coverage, for each of them. The queries of the checks, and one for the levels of
    their rules."""
    told: list[list[Finding]] = [[] for _ in entries]
    # A level is that of a channel, which all entries have from their coverage.
    levels = cache(lambda: stored_levels(entries[0]))
    for check in _checks:
        for number, found in check.findings_of_entries(entries):
            if finding := _at_its_level(found, check, levels):
                told[number].append(finding)
    return told


def _at_its_level(
    finding: Finding, check: PublicationCheck, levels: Callable[[], Mapping[str, Strictness]]
) -> Finding | None:
    """`finding`, which stops where its rule does at the channel's level; None where the rule is off."""
    if all(rule.code != finding.code for rule in check.rules):
        return finding
    level = levels()[finding.code]
    return None if level == Strictness.OFF else replace(finding, stops=level == Strictness.STOP)


def stored_levels(version: Model | EntryText) -> dict[str, Strictness]:
    """The level of each rule for an article. One query."""
    levels = {rule.code: rule.level for _check, rule in registered_rules()}
    return levels | dict(_levels_of(version)) if _levels_of else levels


def is_of_newsroom(revision: Revision | None, by) -> bool:
    """Whether somebody of the newsroom answers for what is to be published. What a command imports nobody has looked at."""
    return by is not None or (revision is not None and revision.user_id is not None)


def check_publication(version: Model, revision: Revision, by) -> None:
    """Raise `PublicationStopped` where something stops the publication of `version`, the content of `revision`."""
    if stopping := [found for _check, found in findings_by_check(version, revision, by) if found.stops]:
        raise PublicationStopped(stopping)


def check_last_review(version: Model, revision: Revision | None, by) -> None:
    """Raise `PublicationStopped` where `version` lacks what has to be there before its last review."""
    early = [check for check in _checks if check.before_last_review]
    if stopping := [f for _check, f in findings_by_check(version, revision, by, early) if f.stops]:
        raise PublicationStopped(stopping)
