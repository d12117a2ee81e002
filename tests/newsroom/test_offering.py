"""送稿 and sharing: an article goes to another desk, as one article, quoted or changed there; a colleague sees it or writes in it."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.models import ModelLogEntry

from meiri.members.models import User
from meiri.newsroom.appointing import appoint
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article, Proposal, ProposalMode, ProposalState
from meiri.newsroom.placing import accept, decline, offer, take_offer_back
from meiri.newsroom.river import Place
from meiri.newsroom.roles import EDITORS, REPORTERS, STATION_EDITORS
from meiri.newsroom.sharing import share, unshare
from meiri.newsroom.taking import QuotedAsItWas
from meiri.personal.models import Notice
from meiri.policy import may, visible
from meiri.search.models import Tie, Version
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()


class Desks:
    def __init__(self):
        self.top, self.xinjiang, self.beijing = (
            a_channel("要闻", "yaowen"),
            a_station("新疆", "xinjiang"),
            a_station("北京", "beijing"),
        )
        self.station = person("古丽", STATION_EDITORS, stations=[self.xinjiang])
        self.capital = person("京生", STATION_EDITORS, stations=[self.beijing])
        self.national = person("沈青禾", EDITORS, [self.top])


def person(name: str, role: str, channels=(), stations=()) -> User:
    user = User.objects.create_user(f"user{User.objects.count()}", first_name=name)
    appoint(user, Group.objects.get(name=role), channels, stations)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def desks(initial_data) -> Desks:
    return Desks()


def offered(article, place, mode, by) -> Proposal:
    offer(article, [place], mode, "请用", by)
    return Proposal.objects.get(article=article, state=ProposalState.ASKED)


def own_of(desks, **fields) -> Article:
    article = a_draft(
        "天山下的棉花",
        channel=a_channel("关注民生", "minsheng"),
        home_station=desks.xinjiang,
        stations=[desks.xinjiang],
        authors=[an_author()],
        tags=["棉花"],
        **fields,
    )
    article.save_revision(user=desks.station)
    return Article.objects.get(pk=article.pk)


def test_a_station_offers_to_a_national_channel_which_makes_its_own_version(desks):
    article = own_of(desks)
    proposal = offered(article, desks.top, ProposalMode.OWN, desks.station)
    assert may(desks.national, "see", article)
    assert not may(desks.national, "change", article)
    version = accept(proposal, desks.national).version
    assert (version.title, version.channel, version.home_station, version.live) == (
        article.title,
        desks.top,
        None,
        False,
    )
    assert [str(byline) for byline in version.bylines.all()] == ["林晚舟"]
    assert version.body.raw_data[0]["value"] == article.body.raw_data[0]["value"]
    assert may(desks.national, "change", version)
    assert not may(desks.station, "change", version)
    assert Version.objects.get(pk=version.pk).tie == Tie.REWRITE
    assert Version.objects.get(pk=version.pk).parent_id == article.pk
    assert Notice.objects.filter(member=desks.station, text__contains="已被要闻采用").exists()
    # The offered article stays where it is.
    assert not Article.objects.get(pk=article.pk).live
    article.save_revision(user=desks.station).publish(user=desks.station)
    assert Article.objects.newest_at(Place.channel(desks.top), 5) == []
    with pytest.raises(ValidationError, match="已经送过"):
        offer(article, [desks.top], ProposalMode.LINK, "", desks.station)


def test_a_national_desk_pushes_down_and_a_station_links(desks):
    article = an_article("要闻一条", channel=desks.top)
    accept(offered(article, desks.beijing, ProposalMode.LINK, desks.national), desks.capital)
    assert [card.pk for card in Article.objects.newest_at(Place.station(desks.beijing), 5)] == [article.pk]


def test_what_was_given_to_be_quoted_is_not_changed(desks):
    article = an_article("要闻一条", channel=desks.top)
    version = accept(
        offered(article, desks.beijing, ProposalMode.QUOTE, desks.national), desks.capital
    ).version
    assert (version.original_title, version.original_url, version.origin) == (
        article.title,
        article.full_url,
        "reprint",
    )
    assert list(QuotedAsItWas().findings(version, None, desks.capital)) == []
    version.title = "改过的标题"
    with pytest.raises(PublishPermissionError, match="须与原稿一致"):
        version.save_revision(user=desks.capital).publish(user=desks.capital)
    assert Version.objects.get(pk=version.pk).tie == Tie.REPRINT


def test_publishing_again_leaves_offers_of_own_versions_as_they_are(desks):
    article = own_of(desks)
    proposal = offered(article, desks.beijing, ProposalMode.OWN, desks.station)
    article.stations.add(desks.beijing)
    article.save()
    article.save_revision(user=desks.station).publish(user=desks.station)
    article = Article.objects.get(pk=article.pk)
    assert list(article.stations.all()) == [desks.xinjiang]
    proposal.refresh_from_db()
    assert (proposal.state, proposal.mode) == (ProposalState.ASKED, ProposalMode.OWN)


def test_who_may_offer_take_and_decline(desks):
    article = own_of(desks)
    with pytest.raises(PermissionDenied):
        offer(article, [desks.top], ProposalMode.OWN, "", desks.capital)
    for places, mode in (([], ProposalMode.OWN), ([desks.xinjiang], ProposalMode.OWN)):
        with pytest.raises(ValidationError):
            offer(article, places, mode, "", desks.station)
    proposal = offered(article, desks.top, ProposalMode.OWN, desks.station)
    with pytest.raises(PermissionDenied):
        accept(proposal, desks.capital)
    with pytest.raises(ValidationError, match="原因"):
        decline(proposal, " ", desks.national)
    take_offer_back(proposal, desks.station)
    with pytest.raises(ValidationError, match="已收回"):
        accept(proposal, desks.national)
    assert not may(desks.national, "see", article)


def test_offering_and_taking_through_the_admin(desks):
    article = own_of(desks)
    giver, taker = Client(), Client()
    giver.force_login(desks.station)
    taker.force_login(desks.national)
    address = reverse("article_sending", args=[article.pk])
    assert giver.get(address).status_code == 200
    bad = giver.post(address, {"deed": "offer", "mode": "all", "channels": [desks.top.pk]})
    assert "有效选项" in bad.content.decode() or "选择一个有效" in bad.content.decode()
    giver.post(address, {"deed": "offer", "mode": "own", "channels": [desks.top.pk], "note": "独家"})
    inbox = taker.get(reverse("proposals_inbox")).content.decode()
    assert "独家" in inbox
    assert "采用，改写" in inbox
    proposal = Proposal.objects.get(article=article)
    answer = taker.post(reverse("proposals_inbox"), {"proposal": proposal.pk, "deed": "accept"})
    version = Proposal.objects.get(pk=proposal.pk).version
    assert answer.url == reverse("wagtailsnippets_newsroom_article:edit", args=[version.pk])
    assert taker.get(answer.url).status_code == 200
    assert taker.get(address).status_code == 302
    assert "送往" in giver.get(address).content.decode()


def test_a_reporter_sees_own_texts_and_those_shared_with_them(desks):
    reporter, other = person("林小满", REPORTERS, [desks.top]), person("许知山", REPORTERS, [desks.top])
    own = a_draft("自己的", channel=desks.top, created_by=reporter)
    theirs = a_draft("别人的", channel=desks.top, created_by=other)
    assert set(visible(reporter, Article.objects.all())) == {own}
    with pytest.raises(PermissionDenied):
        share(theirs, reporter, False, reporter)
    share(theirs, reporter, False, other)
    assert set(visible(reporter, Article.objects.all())) == {own, theirs}
    assert not may(reporter, "change", theirs)
    assert set(visible(reporter, Article.objects.all(), "change")) == {own}
    share(theirs, reporter, True, other)
    assert may(reporter, "change", theirs)
    assert not may(reporter, "publish", theirs)
    assert not may(reporter, "delete", theirs)
    assert Notice.objects.filter(member=reporter).count() == 1
    unshare(theirs, reporter, other)
    assert not may(reporter, "see", theirs)
    actions = ModelLogEntry.objects.filter(object_id=str(theirs.pk)).values_list("action", flat=True)
    assert sorted(actions) == ["newsroom.shared", "newsroom.shared", "newsroom.unshared"]
    with pytest.raises(ValidationError, match="不能共享"):
        share(theirs, User.objects.create_user("reader"), False, other)


def test_sharing_through_the_admin(desks):
    other, reporter = person("许知山", REPORTERS, [desks.top]), person("林小满", REPORTERS, [desks.top])
    article = a_draft("别人的", channel=desks.top, created_by=other)
    client = Client()
    client.force_login(other)
    found = client.get(reverse("article_choices", args=["people"]), {"q": "lxm"}).json()["choices"]
    assert [one["label"] for one in found] == ["林小满"]
    address = reverse("article_sending", args=[article.pk])
    client.post(address, {"deed": "share", "person": found[0]["key"], "may_change": "on"})
    assert may(User.objects.get(pk=reporter.pk), "change", article)
    row = article.shares.get()
    client.post(address, {"deed": f"unshare-{row.pk}"})
    assert not article.shares.exists()
