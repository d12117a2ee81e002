"""What is looked at before a reprint is published: may it be reprinted, does it say where it came from, what was changed of it."""

from collections.abc import Iterator

from django.db import models
from django.utils import timezone

from meiri.newsroom.models import Article, Origin
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publication_checks import (
    Finding,
    PublicationCheck,
    PublishingRule,
    Strictness,
)
from meiri.sources.exceptions import is_excepted
from meiri.sources.kept_files import BrokenOriginal
from meiri.sources.original_changes import compare_texts, headline_changes
from meiri.sources.originals import original_of
from meiri.sources.register import ListingState, is_kept, listing_at, listing_named

# Where the original stands beside the form.
PANEL = "panel:original"
# Figures, names and words that one sentence names.
SHOWN = 4
_CHIEF = "确需转载的，请主编在“转载核对”里写明理由。"


class SourceGate(PublicationCheck):
    """A reprint comes from a body in the register, which may be reprinted today. An empty register binds nobody."""

    label = "稿源"
    asks_editors = True
    rules = (
        PublishingRule("source.unlisted", "来源在稿源名录内", Strictness.STOP),
        PublishingRule("source.frozen", "来源没有暂停转载", Strictness.STOP),
        PublishingRule("source.removed", "来源没有移出名单或过期", Strictness.STOP),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        if is_reprint(version) and (found := listing_finding(version)):
            yield found


def is_reprint(version: Article) -> bool:
    return version.origin == Origin.REPRINT


def listing_finding(version: Article) -> Finding | None:
    """What the register says against the source of a reprint; None where it may be reprinted. At most three queries."""
    if version.source is None:
        return None
    name = version.source.name
    listing = listing_named(name)
    if listing is None:
        if not is_kept():
            return None
        other = listing_at(version.original_url)
        hint = f"原文地址属于“{other.name}”，如果就是它，请改选来源；" if other else ""
        return Finding("source.unlisted", f"来源“{name}”不在稿源名录内。{hint}{_CHIEF}", place="source")
    if listing.is_valid_on(timezone.localdate()):
        return None
    frozen = listing.state == ListingState.FROZEN
    code = "source.frozen" if frozen else "source.removed"
    why = f"（{listing.note}）" if listing.note else ""
    sentence = f"来源“{name}”在稿源名录里{listing.state_in_words()}{why}。{_CHIEF}"
    return Finding(code, sentence, place="source")


def lets_pass(version: models.Model, finding: Finding) -> bool:
    """Whether a chief editor let this be reprinted all the same."""
    if finding.code not in {rule.code for rule in SourceGate.rules}:
        return False
    return isinstance(version, Article) and version.source is not None and is_excepted(version, finding.code)


class ReprintCheck(PublicationCheck):
    """A reprint names its original, whose bytes are kept, and says what that says."""

    label = "转载"
    asks_editors = True
    rules = (
        PublishingRule("reprint.title", "原标题"),
        PublishingRule("reprint.address", "原文地址"),
        PublishingRule("reprint.original", "原件已保存"),
        PublishingRule("reprint.headline", "标题没有改变原意"),
        PublishingRule("reprint.figures", "数字与原文一致"),
        PublishingRule("reprint.names", "人名、地名、机构名与原文一致"),
        PublishingRule("reprint.negations", "否定词与原文一致"),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        if not is_reprint(version):
            return
        original = original_of(version.pk)
        title, kept = version.original_title, None
        if original is not None:
            try:
                kept = original.read_text()
                title = title or kept[0]
            except BrokenOriginal:
                yield Finding("reprint.original", "保存的原件读不出来，请告诉技术人员。", place=PANEL)
        else:
            yield Finding(
                "reprint.original", "没有保存原件：请在“转载核对”里粘贴或上传原文，留作依据。", place=PANEL
            )
        if not title:
            yield Finding("reprint.title", "转载稿没有原标题。", place="original_title")
        if not version.original_url:
            yield Finding("reprint.address", "转载稿没有原文地址。", place="original_url")
        if title and (why := headline_changes(title, version.title)):
            yield Finding(
                "reprint.headline",
                f"标题与原标题“{title}”可能不是一个意思：{'；'.join(why)}。",
                place="title",
            )
        if kept is not None:
            yield from changed_words(kept[1], paragraphs(version.body.raw_data))


def changed_words(original: list[str], article: list[str]) -> Iterator[Finding]:
    """A finding for figures, names and negations that are not those of the original."""
    changes = compare_texts(original, article)
    for code, name, (gone, new) in (
        ("reprint.figures", "数字", changes.figures),
        ("reprint.names", "人名、地名、机构名", changes.names),
        ("reprint.negations", "否定词", changes.negations),
    ):
        told = [f"少了{_listed(gone)}"] if gone else []
        told += [f"多了{_listed(new)}"] if new else []
        if told:
            yield Finding(code, f"改动处的{name}与原文不同：{'，'.join(told)}。", place=PANEL)


def _listed(words: list[str]) -> str:
    more = f"等 {len(words)} 处" if len(words) > SHOWN else ""
    return f"“{'”“'.join(words[:SHOWN])}”{more}"
