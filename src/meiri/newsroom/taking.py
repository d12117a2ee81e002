"""Taking an offered article as a version of the place's own: quoted word for word, or to be changed there, with its lineage."""

from collections.abc import Callable

from wagtail.log_actions import log

from meiri.newsroom.models import Article, Byline, Origin, Proposal, ProposalMode
from meiri.newsroom.newest_version import newest
from meiri.newsroom.publication_checks import Finding, PublicationCheck, register_check

# Told of a version and the article that it was made of, in the transaction that makes it: `(version, article, is_quoted, by)`.
when_taken: list[Callable[[Article, Article, bool, object], None]] = []

TAKEN = "newsroom.taken"
_COPIED = (
    "kicker",
    "title",
    "subtitle",
    "short_title",
    "summary",
    "body",
    "picture",
    "source",
    "kind",
    "dateline",
    "aigc_label",
    # Who checked it is of the place that takes it: it says so anew.
    "ai_use",
    "ai_kinds",
    "ai_blocks",
)
# What a quotation leaves as it was.
_WORDS = ("title", "subtitle", "body")


def take_version(proposal: Proposal, by) -> Article:
    """The draft that `by`, who takes what `proposal` offers, goes on with at its place. Call it in the transaction of taking."""
    offered = newest(proposal.article)
    is_quoted = proposal.mode == ProposalMode.QUOTE
    version = Article(
        live=False,
        channel=proposal.channel or offered.channel,
        home_station=proposal.station,
        created_by=by,
        origin=Origin.REPRINT if is_quoted else offered.origin,
        original_title=offered.title[:200] if is_quoted else offered.original_title,
        original_url=offered.full_url if is_quoted and offered.live else offered.original_url,
        **{name: getattr(offered, name) for name in _COPIED},
    )
    version.bylines = [
        Byline(author_id=byline.author_id, credit=byline.credit, sort_order=number)
        for number, byline in enumerate(offered.bylines.all())
    ]
    version.save()
    version.stations.set([proposal.station] if proposal.station else [])
    version.tags.set(offered.tags.all())
    version.save()
    version.save_revision(user=by, log_action=True)
    log(version, TAKEN, user=by, data={"article": proposal.article_id, "quoted": is_quoted})
    for told in when_taken:
        told(version, proposal.article, is_quoted, by)
    return version


class QuotedAsItWas(PublicationCheck):
    """What was given to be quoted stands as it was given."""

    label = "引用的稿件"

    def findings(self, version, revision, by):
        taken = Proposal.objects.filter(version=version.pk, mode=ProposalMode.QUOTE) if version.pk else ()
        for proposal in taken:
            given = newest(proposal.article)
            if any(_comparable(version, name) != _comparable(given, name) for name in _WORDS):
                yield Finding(
                    "quotation.changed",
                    f"这篇是引用《{given}》的稿件，标题和正文须与原稿一致；要改写请原单位按“另成一稿”再送。",
                    place="body",
                )


def _comparable(article: Article, name: str):
    value = getattr(article, name)
    return (
        [(child.block_type, child.get_prep_value()["value"]) for child in value] if name == "body" else value
    )


register_check(QuotedAsItWas())
