"""Where an article stands (送稿): what its publisher may not place goes to the desk of the place as a proposal.

Every way to publish comes through `settle_places`; the desk then accepts or declines. Each deed is one transaction.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from meiri.journal.log import actor, append
from meiri.newsroom.article_keys import keys_at
from meiri.newsroom.events import ArticlePlaced
from meiri.newsroom.models import Article, Proposal
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.proposals import ProposalMode, ProposalState
from meiri.newsroom.river import enlist
from meiri.newsroom.taking import take_version
from meiri.personal.notices import tell
from meiri.policy import check, may
from meiri.sections.models import Channel, Station


def settle_places(article: Article, by) -> None:
    """Leave `article`, as it was just published, at the places where it may stand; offer it to the others.

    Call it in the publishing transaction, before the article is listed.
    """
    offered = offer_places(article, list(article.stations.all()), by)
    gone = [place.pk for place in offered if isinstance(place, Station)]
    if gone:
        Article.stations.through.objects.filter(article=article, station__in=gone).delete()


def offer_places(article: Article, stations: Iterable[Station], by) -> list[Channel | Station]:
    """Take the places of a version of `article` that names `stations`, and offer it to those that `by` may not take.

    A place is taken where `by` publishes (None: the system), where the article stands already, and where its desk accepted
    it. Returns the others.
    """
    stood = {x.place_id for x in article.listings.all() if x.place_kind == PlaceKind.STATION}
    known = {p.place: p for p in Proposal.objects.of(article.pk).select_related("channel", "station")}
    places: list[Channel | Station] = list(stations)
    if article.home_station_id:
        places.append(article.channel)
    offered = []
    for place in places:
        proposal = known.get(place)
        if proposal and proposal.mode != ProposalMode.LINK:
            offered.append(place)  # it has, or is to have, a version of its own
            continue
        is_taken = isinstance(place, Station) and place.pk in {article.home_station_id, *stood}
        if is_taken or (proposal and proposal.state == ProposalState.ACCEPTED):
            continue
        if (by is None and proposal is None) or (by is not None and may(by, "publish", article, place)):
            _take(article, place, proposal, by)
            continue
        if proposal is None:
            Proposal.objects.create(article=article, asked_by=by, **_named(place))
        offered.append(place)
    for place, proposal in known.items():
        if proposal.mode != ProposalMode.LINK:
            continue
        # A version without a station that waits may come from a correction: only the form takes an offer back.
        ended = proposal.state == ProposalState.ACCEPTED or isinstance(place, Channel)
        if place not in places and ended and proposal.state != ProposalState.DECLINED:
            _decide(proposal, ProposalState.WITHDRAWN, by)
    return offered


def take_back(article: Article, stations: Iterable[Station], by) -> None:
    """Take back what was offered to other stations than `stations` and not decided yet."""
    waiting = Proposal.objects.asked().of_places().filter(article=article, station__isnull=False)
    for proposal in waiting.exclude(station__in=list(stations)):
        _decide(proposal, ProposalState.WITHDRAWN, by)


def stations_offered(article: Article) -> list[Station]:
    """The stations that were offered the article, or took it after its newest version was saved."""
    proposals = Proposal.objects.of_places().filter(article=article.pk, station__isnull=False)
    newer = Q(state=ProposalState.ACCEPTED)
    if article.latest_revision:
        newer &= Q(decided_at__gt=article.latest_revision.created_at)
    found = proposals.filter(newer | Q(state=ProposalState.ASKED))
    return list(Station.objects.filter(pk__in=found.values("station")))


def _take(article: Article, place: Channel | Station, proposal: Proposal | None, by) -> None:
    if proposal:
        _decide(proposal, ProposalState.ACCEPTED, by)
    elif isinstance(place, Channel):
        now = timezone.now()
        Proposal.objects.create(
            article=article,
            channel=place,
            state=ProposalState.ACCEPTED,
            asked_by=by,
            decided_by=by,
            decided_at=now,
        )


def _named(place: Channel | Station) -> dict:
    return {"channel" if isinstance(place, Channel) else "station": place}


def _decide(proposal: Proposal, state: ProposalState, by, reason: str = "") -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, timezone.now()
    proposal.reason = reason
    proposal.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _open_one(pk: int) -> Proposal:
    """The proposal, locked. Raises `ValidationError` where it was decided meanwhile."""
    proposals = Proposal.objects.select_for_update(of=("self",)).select_related(
        "article", "channel", "station"
    )
    proposal = proposals.get(pk=pk)
    if proposal.state != ProposalState.ASKED:
        raise ValidationError(f"这份送稿已经处理：{proposal.get_state_display()}。")
    return proposal


@transaction.atomic
def offer(article: Article, places: Iterable[Channel | Station], mode: ProposalMode, note: str, by) -> int:
    """Offer `article`, a draft or what readers see, to the desks of `places`; how many are new.

    Raises `PermissionDenied` where it is not `by`'s to offer, `ValidationError` where it was offered there already.
    """
    check(by, "propose", article)
    wanted = list(dict.fromkeys(places))
    if not wanted:
        raise ValidationError("请选送往哪个频道或地方站。")
    if len(note) > 200:
        raise ValidationError("附言请不要超过 200 字。")
    home = article.home_station or article.channel
    known = {
        proposal.place for proposal in Proposal.objects.of(article.pk).select_related("channel", "station")
    }
    for place in wanted:
        if place == home:
            raise ValidationError(f"这篇就是{place}的稿件。")
        if place in known:
            raise ValidationError(f"已经送过{place}，请看“我送出的”。")
    for place in wanted:
        Proposal.objects.create(article=article, asked_by=by, mode=mode, note=note.strip(), **_named(place))
    return len(wanted)


@transaction.atomic
def take_offer_back(proposal: Proposal, by) -> None:
    """Take back what was not decided yet. Raises as `accept`."""
    proposal = _open_one(proposal.pk)
    check(by, "withdraw", proposal)
    _decide(proposal, ProposalState.WITHDRAWN, by)


@transaction.atomic
def accept(proposal: Proposal, by) -> Proposal:
    """Take the article at the place to which it was offered. Where it is published it stands there at once; what was given to be
    quoted or changed is a draft of the place (`proposal.version`).

    Raises `PermissionDenied` where `by` does not publish there, `ValidationError` where it was decided already.
    """
    proposal = _open_one(proposal.pk)
    check(by, "accept", proposal)
    _decide(proposal, ProposalState.ACCEPTED, by)
    article = proposal.article
    if proposal.mode != ProposalMode.LINK:
        proposal.version = take_version(proposal, by)
        proposal.save(update_fields=["version"])
    elif article.live:
        if proposal.station:
            Article.stations.through.objects.get_or_create(article=article, station=proposal.station)
        article = Article.objects.select_related("channel").get(pk=article.pk)
        places = enlist(article)
        append(
            ArticlePlaced(
                keys=keys_at(article, places, article.cursor),
                title=article.title,
                url=article.get_absolute_url(),
                place=str(proposal.place),
            ),
            actor(by),
        )
    _tell(proposal, f"《{article.title}》已被{proposal.place}采用。")
    return proposal


@transaction.atomic
def decline(proposal: Proposal, reason: str, by) -> Proposal:
    """Do not take the article, and say why. Raises as `accept`, and `ValidationError` without a reason."""
    reason = reason.strip()
    if not reason:
        raise ValidationError("请写明不采用的原因，送稿人会看到。")
    if len(reason) > 200:
        raise ValidationError("原因请不要超过 200 字。")
    proposal = _open_one(proposal.pk)
    check(by, "accept", proposal)
    _decide(proposal, ProposalState.DECLINED, by, reason)
    _tell(proposal, f"《{proposal.article.title}》未被{proposal.place}采用：{reason}")
    return proposal


def _tell(proposal: Proposal, words: str) -> None:
    if proposal.asked_by and proposal.asked_by != proposal.decided_by:
        tell(proposal.asked_by, words[:200], reverse("proposals_inbox"))
