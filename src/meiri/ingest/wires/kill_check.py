"""What its wire withdrew is not published."""

from collections.abc import Iterator

from meiri.ingest.wire_facts import PubStatus
from meiri.ingest.wire_models import WireItem
from meiri.newsroom.publication_checks import Finding, PublicationCheck


class WireKillCheck(PublicationCheck):
    label = "通稿撤销"

    def findings(self, version, revision, by) -> Iterator[Finding]:
        if version.pk is None:
            return
        stopped = WireItem.objects.filter(article=version.pk).exclude(status=PubStatus.USABLE)
        if row := stopped.select_related("source").first():
            what = "暂停使用" if row.status == PubStatus.WITHHELD else "撤销"
            note = f"（{row.reason}）" if row.reason else ""
            yield Finding("wire.stopped", f"“{row.source}”已{what}这篇通稿{note}，请不要发布")
