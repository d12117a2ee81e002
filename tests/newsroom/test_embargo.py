"""An embargoed article leaves by no door before its time, whoever asks."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import ModelLogEntry, Revision

from meiri.delivery.public_addresses import PUBLIC_ADDRESSES
from meiri.members.models import User
from meiri.newsroom import embargo
from meiri.newsroom.embargo import lift_embargo, set_embargo
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish, withdraw
from meiri.newsroom.roles import CHIEFS, REPORTERS
from meiri.newsroom.scheduling import publish_scheduled
from tests.newsroom.test_admin import edit, form_of
from tests.newsroom_factory import a_channel, a_draft, a_station, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
# They stand nowhere else.
TITLE, TEXT, CAPTION = "翡翠计划公布", "翡翠计划的全文在此", "翡翠计划示意图"
WORD = "翡翠"


@pytest.fixture(autouse=True)
def looks_anew():
    embargo._withheld.clear()


@pytest.fixture
def newsroom():
    create_newsroom()
    create_desk("新疆站编辑", [], [a_station("新疆", "xinjiang")])


def member_of(group: str) -> User:
    user = User.objects.create_user(
        f"user{User.objects.count()}", f"u{User.objects.count()}@example.org", "x"
    )
    user.groups.add(Group.objects.get(name=group))
    return user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def in_two_hours():
    return timezone.now() + timedelta(hours=2)


def embargoed(**fields) -> Article:
    """A draft with an embargo, at all places where a published one would show."""
    picture = a_picture(title=CAPTION)
    document = Document.objects.create(title="附件", file=SimpleUploadedFile("plan.pdf", b"%PDF-1.4 x"))
    article = a_draft(
        TITLE,
        channel=a_channel("要闻", "yaowen"),
        stations=[a_station()],
        topics=[a_topic()],
        tags=[WORD],
        authors=[an_author()],
        picture=picture,
        text=[("text", f"<p>{TEXT}。</p>"), ("document", document)],
        **fields,
    )
    article.save_revision()
    set_embargo(article, in_two_hours(), None or admin())
    return article


def admin() -> User:
    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(
        "admin0", "a@example.org", "x"
    )


def test_no_way_to_publish_goes_round_it():
    article = embargoed()
    with pytest.raises(PublicationStopped, match="稿件禁发至"):
        publish(article, by=admin())
    # An older version without it, and the system itself, are stopped as well: it is of the article.
    for by in (None, admin()):
        with pytest.raises(PublicationStopped):
            Article.objects.get(pk=article.pk).revisions.first().publish(user=by)
    assert not Article.objects.get(pk=article.pk).live
    article = Article.objects.get(pk=article.pk)
    lift_embargo(article, admin())
    assert publish(article).live
    assert set(ModelLogEntry.objects.values_list("action", flat=True)) >= {
        embargo.EMBARGOED,
        embargo.EMBARGO_LIFTED,
    }


def test_a_schedule_is_for_its_time_or_later_and_goes_out_then(client):
    article = embargoed()
    article.go_live_at = in_two_hours() - timedelta(hours=1)
    with pytest.raises(ValidationError, match="上线时间不能早于它"):
        article.full_clean()
    with pytest.raises(PublicationStopped):
        article.save_revision(clean=False).publish()
    article.go_live_at = in_two_hours() + timedelta(minutes=1)
    article.save_revision().publish()
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    # Its time has come.
    past = timezone.now() - timedelta(seconds=1)
    Article.objects.filter(pk=article.pk).update(embargo_until=past)
    revision.content["go_live_at"] = past.isoformat()
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=revision.content)
    publish_scheduled()
    assert Article.objects.get(pk=article.pk).live


def test_the_form_refuses_a_schedule_before_it_in_words(client):
    client.force_login(admin())
    article = embargoed()
    early = timezone.localtime(in_two_hours() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    answer = client.post(edit(article), form_of(article, **{"go_live_at": early, "action-publish": "1"}))
    assert "上线时间不能早于它" in answer.content.decode()
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def public_doors(article: Article) -> list[str]:
    """An address behind every first part, with the article's key, address words and name wherever one may name it."""
    named = []
    for one in PUBLIC_ADDRESSES:
        if one.first not in ("admin", "static", "assets", "metrics"):
            named += [one.example, one.example.replace("22", str(article.pk))]
    lists = [
        "/",
        "/yaowen/",
        "/difang/zhejiang/",
        f"/zhuanti/{article.topics.first().slug}/",
        "/author/lin-wanzhou/",
    ]
    day = timezone.localtime()
    lists += [
        f"/yaowen/{day:%Y/%m/%d}/",
        "/yaowen/rss.xml",
        "/kuaixun/",
        "/news-sitemap.xml",
        f"/sitemaps/{day:%Y-%m}.xml",
    ]
    lists += [f"/tag/{tag.slug}/" for tag in article.tags.all()]
    api = [
        "/api/v1/articles/",
        f"/api/v1/articles/{article.pk}/",
        f"/api/v1/search/?q={WORD}",
        "/api/v1/hot/",
    ]
    api += [f"/api/v1/articles/{article.pk}/{what}/" for what in ("related", "comments", "views")]
    own = [
        article.get_absolute_url(),
        f"/fragments/comments/{article.pk}/",
        f"/qr/{article.pk}.svg",
        f"/search/?q={WORD}",
    ]
    found = [*named, *lists, *api, *own]
    return [*dict.fromkeys([*found, *(f"/zh-hant{address}" for address in [*lists, *own])])]


def test_it_leaves_by_no_public_door(client, newsroom):
    article = embargoed()
    asked = public_doors(article)
    assert len(asked) > 60
    station = client_of(member_of("新疆站编辑"))
    for who in (client, station):
        for address in asked:
            answer = who.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            said = body.decode(errors="replace").replace(f"q={WORD}", "")
            for words in (TITLE, TEXT, CAPTION, "翡翠計劃"):
                assert words not in said, address
    assert client.get(article.get_absolute_url()).status_code == 404


def test_its_pictures_and_documents_are_withheld_until_then(client, newsroom):
    article = embargoed()
    picture = article.picture.sizes.best
    document = Document.objects.get()
    addresses = [picture, document.url]
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    reporter = client_of(member_of(REPORTERS))
    assert [reporter.get(address).status_code for address in addresses] == [200, 200]
    assert reporter.get(picture)["Cache-Control"] == "private, no-store"
    # What readers see elsewhere is no secret; nor is anything once the time has come.
    an_article(picture=article.picture)
    embargo._withheld.clear()
    assert [client.get(address).status_code for address in addresses] == [200, 404]
    Article.objects.filter(pk=article.pk).update(embargo_until=timezone.now())
    embargo._withheld.clear()
    assert client.get(document.url).status_code == 200


def test_while_the_database_is_away_readers_pictures_are_served(client, monkeypatch):
    secret, shown = embargoed().picture.sizes.best, an_article(picture=a_picture()).picture.sizes.best
    embargo._withheld.clear()
    assert [client.get(address).status_code for address in (secret, shown)] == [404, 200]

    def away():
        raise OperationalError("away")

    monkeypatch.setattr(embargo, "withheld_media", away)
    embargo._withheld["all"] = (0.0, embargo._withheld["all"][1])
    # What was found last still holds; a name that holds a digest protects the picture where nothing was.
    assert [client.get(address).status_code for address in (secret, shown)] == [404, 200]
    embargo._withheld.clear()
    assert client.get(shown).status_code == 200
    with pytest.raises(OperationalError):
        client.get(Document.objects.get().url)


def test_it_leaves_by_no_preview_list_search_or_chooser_of_those_without_right(newsroom):
    article = embargoed()
    station = client_of(member_of("新疆站编辑"))
    latest = article.latest_revision_id
    base = "/admin/snippets/newsroom/article"
    for address in (
        f"{base}/preview/{article.pk}/?in_preview_panel=true",
        f"{base}/history/{article.pk}/revisions/{latest}/view/",
        f"{base}/edit/{article.pk}/",
        f"{base}/?q={WORD}",
        f"/admin/newsroom/article/chooser/results/?q={WORD}",
        f"/admin/articles/{article.pk}/embargo/",
        "/admin/",
    ):
        assert TITLE not in station.get(address, follow=True).content.decode(), address


def test_it_leaves_by_no_export_and_no_mail(tmp_path, newsroom, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        article = embargoed()
        with pytest.raises(PublicationStopped):
            publish(article)
    an_article("公开的稿件")
    file = tmp_path / "out.jsonl"
    call_command("export", str(file), stdout=StringIO())
    lines = [json.loads(line)["title"] for line in file.read_text().splitlines()]
    assert lines == ["公开的稿件"]
    assert not [letter for letter in mail.outbox if WORD in letter.subject + letter.body]


def test_who_may_set_it_and_bring_it_forward(newsroom):
    reporter, chief = member_of(REPORTERS), member_of(CHIEFS)
    article = a_draft(created_by=reporter)
    until = in_two_hours()
    set_embargo(article, until, reporter)
    set_embargo(article, until + timedelta(hours=1), reporter)
    with pytest.raises(PermissionDenied):
        set_embargo(article, until, reporter)
    with pytest.raises(PermissionDenied):
        lift_embargo(article, reporter)
    assert "403" not in client_of(chief).post(f"/admin/articles/{article.pk}/embargo/", {"lift": "1"}).url
    assert Article.objects.get(pk=article.pk).embargo_until is None
    page = client_of(reporter).post(f"/admin/articles/{article.pk}/embargo/", {"until": "昨天"})
    assert "请写成 2026-11-30 08:00 的样子" in page.content.decode()


def test_what_readers_saw_or_will_see_before_takes_none():
    live = an_article()
    with pytest.raises(ValidationError, match="已经发布"):
        set_embargo(live, in_two_hours(), admin())
    scheduled = a_draft()
    scheduled.go_live_at = timezone.now() + timedelta(hours=1)
    scheduled.save_revision().publish()
    with pytest.raises(ValidationError, match="请先改定时"):
        set_embargo(scheduled, in_two_hours(), admin())
    with pytest.raises(ValidationError, match="三年以内"):
        set_embargo(a_draft(), timezone.now(), admin())
    withdraw(live, "待核实", by=admin())
    set_embargo(live, in_two_hours(), admin())
    with pytest.raises(PublicationStopped):
        publish(Article.objects.get(pk=live.pk))
