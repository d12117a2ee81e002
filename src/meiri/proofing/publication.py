"""What proofing looks at before an article is published: words that are 禁用, dates and weekdays that disagree."""

from collections.abc import Iterator

from meiri.newsroom.clock import local
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule, register_check
from meiri.proofing.checking import RULE_NAMED, proofread
from meiri.proofing.known import known
from meiri.proofing.models import Dismissal
from meiri.proofing.passages import passages_of, passages_of_text
from meiri.proofing.rules.rule import Hint, Level

_CODES = {
    "listed-word": "proofing.banned_word",
    "weekday": "proofing.weekday",
    "impossible-date": "proofing.date",
}
# What is doubted in an entry of a live coverage.
DOUBT = "proofing.hint"


class ProofingCheck(PublicationCheck):
    label = "禁用词、日期与星期"
    rules = (
        PublishingRule("proofing.weekday", "日期与星期不符"),
        PublishingRule("proofing.date", "没有的日期"),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        passages = passages_of(version)
        day = local(version.go_live_at).date() if version.go_live_at else None
        hints = [
            hint
            for hint in proofread(passages, known(day), [RULE_NAMED[name] for name in _CODES])
            if hint.level in (Level.BANNED, Level.ERROR)
        ]
        if not hints:
            return
        let_pass = set(
            Dismissal.objects.filter(article=version.pk)
            .exclude(is_banned_word=True, reason="")
            .values_list("rule", "words")
        )
        told = set()
        for hint in hints:
            key = (hint.rule.name, hint.words)
            if key in let_pass or key in told:
                continue
            told.add(key)
            yield finding_of(hint, _CODES[hint.rule.name], passages[hint.passage].place)

    def findings_of_entries(self, entries) -> Iterator[tuple[int, Finding]]:
        """A word that is 禁用 stops an entry; whatever else is doubted is asked about."""
        if not entries:
            return
        now = known()
        for number, entry in enumerate(entries):
            for hint in proofread(passages_of_text(entry.title, entry.body), now):
                code = _CODES.get(hint.rule.name, DOUBT) if hint.level == Level.BANNED else DOUBT
                yield number, finding_of(hint, code)


def finding_of(hint: Hint, code: str, place: str = "") -> Finding:
    """A hint as editors are told of it before a publication: a word that is 禁用 stops it."""
    is_banned = hint.level == Level.BANNED
    said = f"“{hint.words}”是禁用词：{hint.sentence}" if is_banned else f"“{hint.words}”：{hint.sentence}"
    return Finding(code, said, place, is_banned)


register_check(ProofingCheck())
