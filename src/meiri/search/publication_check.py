"""An article that stands already, or nearly so, is asked about before it is published once more."""

from collections.abc import Iterator

from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule
from meiri.search.duplicates import VERSION, near_duplicates
from meiri.search.minhash import LONGEST
from meiri.search.models import Version

# So many articles are looked at; drafts and those whose relation is recorded are passed over.
LOOKED_AT = 4


class DuplicateCheck(PublicationCheck):
    label = "重复"
    asks_editors = True
    rules = (PublishingRule("duplicate.live", "没有发布过相同的稿件"),)

    def findings(self, version, revision, by) -> Iterator[Finding]:
        # What stands already was asked about when it was published.
        if version.live:
            return
        text = "\n".join(paragraphs(version.body.raw_data))[:LONGEST]
        matches = near_duplicates(version.title, text, exclude={version.pk}, count=LOOKED_AT)
        alike = [match for match in matches if match.live and match.similarity >= VERSION]
        if not alike:
            return
        parent = Version.objects.filter(pk=version.pk).values_list("parent", flat=True).first()
        for match in alike:
            if match.article_id != parent:
                yield Finding(
                    "duplicate.live",
                    f"{match.in_words()}，已经发布。确需再发的，请在“相似稿件”里记下两篇的关系。",
                    place="panel:similar",
                )
                return
