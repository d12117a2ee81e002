"""What is looked at before an article is published. Each app registers its checks when it is ready; every way to publish (button,
schedule, workflow, bulk, API, import, command) asks all of them in the publishing transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Model
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import Revision

# How many findings one message names.
SHOWN = 6


@dataclass(frozen=True)
class Finding:
    """Something about a version of an article that stops its publication, or that an editor is asked about."""

    code: str  # of what was found, such as `source.unlisted`: exceptions and settings of channels name it
    sentence: str  # for editors; says what to do
    place: str = (
        ""  # the field of the form it is about, or `body:` and the id of a block; empty for the whole article
    )
    stops: bool = True


class PublicationCheck:
    """One thing that is looked at. Subclasses say what they find."""

    label: str = ""  # what editors see in the panel beside the form

    def findings(self, version: Model, revision: Revision | None, by) -> Iterable[Finding]:
        """What stands in the way of publishing `version` by `by` (None: the system, as when a schedule is due).

        `version` is an article with the content of `revision`; None is a form that was not saved yet.
        """
        raise NotImplementedError


class PublicationStopped(PublishPermissionError):
    """The article can't be published as it is. Its text says why, for the editor; `findings` are what stops it."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        more = f"等 {len(findings)} 处" if len(findings) > SHOWN else ""
        super().__init__(
            f"不能发布：{'；'.join(found.sentence.rstrip('。') for found in findings[:SHOWN])}{more}。"
        )


_checks: list[PublicationCheck] = []
# Whether what was found is let pass all the same, by somebody who may and says why: `(version, finding) -> bool`.
exceptions: list[Callable[[Model, Finding], bool]] = []


def register_check(check: PublicationCheck) -> None:
    _checks.append(check)


def registered_checks() -> tuple[PublicationCheck, ...]:
    return tuple(_checks)


def findings_of(version: Model, revision: Revision | None, by) -> Iterator[Finding]:
    """What all checks find in `version`, without what an exception lets pass."""
    for check in _checks:
        for finding in check.findings(version, revision, by):
            if not any(lets_pass(version, finding) for lets_pass in exceptions):
                yield finding


def check_publication(version: Model, revision: Revision, by) -> None:
    """Raise `PublicationStopped` where something stops the publication of `version`, the content of `revision`."""
    if stopping := [finding for finding in findings_of(version, revision, by) if finding.stops]:
        raise PublicationStopped(stopping)
