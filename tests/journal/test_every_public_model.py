"""Every model whose rows readers see tells the journal when one of them changes: by nothing but being saved."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Site

from meiri.audience.models import HotRule, HotSearchSettings, SearchRule
from meiri.comments.models import CommentSettings, Question, WordRule
from meiri.delivery.models import ProtectedTerm
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import (
    Advertisement,
    FriendLink,
    Greying,
    HomePage,
    MagazineIssuePage,
    MagazineShelfPage,
    NoticeBar,
    SiteSettings,
    StandardPage,
    StationFront,
    TopicIndexPage,
    TopicPage,
)
from meiri.journal.models import Entry
from meiri.journal.public_models import Public, declared_models
from meiri.letters.models import LetterSettings
from meiri.media.models import Picture, RecordingOrigin
from meiri.newsroom.models import Desk
from meiri.newsroom.posts import Post
from meiri.proofing.models import RegisteredName, StyleWord
from meiri.search.models import KnownName
from meiri.sections.models import NavigationItem, Subsection
from meiri.staff.models import PressCard, StaffSettings
from tests.members.people import a_member
from tests.newsroom_factory import a_channel, a_source, a_station, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


def a_page(model, **fields):
    create_pages()
    if found := model.objects.first():
        return found
    parent = TopicIndexPage if model is TopicPage else MagazineShelfPage
    return parent.objects.get().add_child(instance=model(title="甲", slug="jia", **fields))


def a_card():
    until = date.today() + timedelta(days=400)
    return PressCard.objects.create(number="B1", name="周行", unit="采编部", role="记者", valid_until=until)


def a_rule():
    until = timezone.now() + timedelta(days=1)
    return HotRule.objects.create(article=an_article(), deed="pin", place=1, until=until, reason="重大报道")


def a_document():
    return Document.objects.create(title="表格", file=ContentFile(b"a,b", "biao.csv"))


def a_private_page():
    return PageViewRestriction.objects.create(page=a_page(StandardPage), restriction_type="login")


def a_private_collection():
    root = Collection.get_first_root_node()
    return CollectionViewRestriction.objects.create(collection=root, restriction_type="login")


# How a row is made, what of it is changed, the kind of the entry and one of its keys.
CHANGES = {
    "sections.Channel": (a_channel, {"name": "乙"}, "channel.changed", "nav"),
    "sections.Station": (a_station, {"name": "乙"}, "station.changed", "nav"),
    "sections.Subsection": (
        lambda: Subsection.objects.create(channel=a_channel(), name="甲", slug="jia"),
        {"name": "乙"},
        "subsection.changed",
        "subsection:",
    ),
    "fronts.StationFront": (
        lambda: StationFront.objects.create(station=a_station()),
        {"submission_note": "乙"},
        "stationfront.changed",
        "station:zhejiang",
    ),
    "sections.Topic": (a_topic, {"name": "乙"}, "topic.changed", "nav"),
    "sections.NavigationItem": (
        lambda: NavigationItem.objects.create(label="甲", address="/hot/"),
        {"label": "乙"},
        "navigationitem.changed",
        "nav",
    ),
    "delivery.ProtectedTerm": (
        lambda: ProtectedTerm.objects.create(term="范伟"),
        {"traditional": "范偉"},
        "protectedterm.changed",
        "script",
    ),
    "newsroom.Source": (a_source, {"name": "乙"}, "source.changed", "source:"),
    "newsroom.Author": (an_author, {"name": "乙"}, "author.changed", "byline:"),
    "newsroom.Desk": (
        lambda: Desk.objects.create(group=Group.objects.create(name="甲")),
        {"group": lambda: Group.objects.create(name="乙")},
        "desk.changed",
        "desk:",
    ),
    "newsroom.Post": (
        lambda: Post.objects.create(user=a_member(), group=Group.objects.create(name="甲")),
        {"everywhere": True},
        "post.changed",
        None,
    ),
    "proofing.StyleWord": (
        lambda: StyleWord.objects.create(word="甲", reason="不规范"),
        {"replacement": "乙"},
        "styleword.changed",
        "proofing-words",
    ),
    "proofing.RegisteredName": (
        lambda: RegisteredName.objects.create(name="甲"),
        {"title": "主任"},
        "registeredname.changed",
        "proofing-names",
    ),
    "comments.WordRule": (
        lambda: WordRule.objects.create(name="甲", lines="词", reason="含有广告"),
        {"lines": "别的词"},
        "wordrule.changed",
        "",
    ),
    "comments.Question": (
        lambda: Question.objects.create(question="一周几天？", answers="七"),
        {"answers": "7"},
        "question.changed",
        "comment-questions",
    ),
    "comments.CommentSettings": (CommentSettings.load, {"days": 9}, "settings.changed", "comment-settings"),
    "letters.LetterSettings": (LetterSettings.load, {"days_checking": 9}, "lettersettings.changed", None),
    "fronts.SiteSettings": (SiteSettings.load, {"address": "海角东路八号"}, "settings.changed", "footer"),
    "staff.StaffSettings": (
        StaffSettings.load,
        {"register_url": "https://register.example/"},
        "staffsettings.changed",
        None,
    ),
    "staff.PressCard": (a_card, {"role": "编辑"}, "presscard.changed", "press-card:"),
    "audience.HotRule": (a_rule, {"place": 2}, "hotrule.changed", "hot"),
    "audience.SearchRule": (
        lambda: SearchRule.objects.create(words="渡口", reason="与案件有关"),
        {"words": "渡船"},
        "searchrule.changed",
        "hot-searches",
    ),
    "audience.HotSearchSettings": (
        HotSearchSettings.load,
        {"mode": "off"},
        "hotsearchsettings.changed",
        "hot-searches",
    ),
    "search.KnownName": (
        lambda: KnownName.objects.create(name="北京大学", aliases="北大"),
        {"aliases": "北大、PKU"},
        "knownname.changed",
        "known-names",
    ),
    "fronts.NoticeBar": (
        lambda: NoticeBar.objects.create(text="今晚检修"),
        {"text": "今晚不检修"},
        "noticebar.changed",
        "notices",
    ),
    "fronts.Greying": (
        lambda: Greying.objects.create(reason="公祭日"),
        {"reach": "home"},
        "greying.changed",
        "notices",
    ),
    "fronts.Advertisement": (
        lambda: Advertisement.objects.create(name="甲", slot="home", text="甲"),
        {"text": "乙"},
        "advertisement.changed",
        "advertisements",
    ),
    "fronts.FriendLink": (
        lambda: FriendLink.objects.create(name="甲", url="https://jia.example.cn/"),
        {"name": "乙"},
        "friendlink.changed",
        "footer",
    ),
    "media.Picture": (a_picture, {"caption": "另一句说明"}, "picture.changed", "picture:"),
    "media.RecordingOrigin": (
        lambda: RecordingOrigin.objects.create(document=a_document()),
        {"credit": "另一人"},
        "recordingorigin.changed",
        "document:",
    ),
    "wagtaildocs.Document": (a_document, {"title": "乙"}, "document.changed", "document:"),
    "wagtailredirects.Redirect": (
        lambda: Redirect.objects.create(old_path="/jiu", redirect_link="https://example.cn/"),
        {"redirect_link": "https://example.cn/xin/"},
        "redirect.changed",
        "redirects",
    ),
    "wagtailcore.Site": (
        lambda: create_pages() and Site.objects.get(),
        {"port": 8080},
        "site.changed",
        "nav",
    ),
    "wagtailcore.PageViewRestriction": (
        a_private_page,
        {"restriction_type": "groups"},
        "pageviewrestriction.changed",
        "page:",
    ),
    "wagtailcore.CollectionViewRestriction": (
        a_private_collection,
        {"restriction_type": "groups"},
        "collectionviewrestriction.changed",
        None,
    ),
    **{
        model._meta.label: (
            lambda model=model, fields=fields: a_page(model, **{k: v() for k, v in fields.items()}),
            {"title": "乙"},
            "front.published",
            "page:",
        )
        for model, fields in {
            HomePage: {},
            TopicIndexPage: {},
            MagazineShelfPage: {},
            StandardPage: {},
            TopicPage: {},
            MagazineIssuePage: {"cover": a_picture, "number": lambda: "第1期"},
        }.items()
    },
}


def test_each_of_them_is_here():
    recorded = [m._meta.label for m, d in declared_models() if isinstance(d, Public) and not d.deeds]
    assert sorted(recorded) == sorted(CHANGES)


@pytest.mark.parametrize("label", CHANGES)
def test_a_row_that_readers_see_differently_has_one_entry(label):
    make, changes, kind, key = CHANGES[label]
    made = make()
    row = type(made).objects.get(pk=made.pk)
    before = Entry.objects.count()
    row.save()
    assert Entry.objects.count() == before, "what changed nothing is told of by nothing"
    for name, value in changes.items():
        setattr(row, name, value() if callable(value) else value)
    row.save()
    (entry,) = Entry.objects.order_by("sequence")[before:]
    assert entry.kind == kind
    assert entry.keys == [] if key is None else any(found.startswith(key) for found in entry.keys)
    assert isinstance(row, Picture | Page) or entry.payload
