"""Readers see what an article said before a change and what it says since, sentence by sentence, unless an editor decides otherwise."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Revision

from meiri.changes.models import PublishedChange
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.newsroom.roles import CHIEFS, REPORTERS
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
OLD = "<p>区里今年新建学校12所。家长可以在网上报名。</p><p>工程由区里出资。</p>"
NEW = "<p>区里今年新建学校14所。家长可以在网上报名。</p><p>校车明年开通。</p>"


@pytest.fixture
def chief(db):
    create_newsroom()
    return member_of(CHIEFS)


@pytest.fixture
def article(chief):
    return an_article("新学校", text=OLD)


def publish_again(article: Article, by, text: str, kind: str = "update") -> None:
    article = Article.objects.get(pk=article.pk)
    article.change_kind, article.change_reason = kind, "数字有误"
    article.body = [("text", text)]
    publish(article, by=by)


def history(client, article) -> str:
    return client.get(reverse("article-changes", args=[article.pk])).content.decode()


def test_each_sentence_that_differs_stands_there_as_it_was_and_as_it_is(client, article, chief):
    publish_again(article, chief, NEW)
    shown = history(client, article)
    assert "区里今年新建学校1<del>2</del>所。" in shown
    assert "区里今年新建学校1<ins>4</ins>所。" in shown
    assert "<del>工程由区里出资。</del>" in shown
    assert "<ins>校车明年开通。</ins>" in shown
    assert "改动对照（3 处）" in shown
    assert "报名" not in shown


def test_markup_of_the_text_stays_text(client, article, chief):
    publish_again(article, chief, "<p>1 &lt; 2，&lt;script&gt;alert(1)&lt;/script&gt;。</p>")
    assert "<script>alert(1)" not in history(client, article)
    assert "&lt;script&gt;" in history(client, article)


def test_an_editor_takes_the_old_wording_from_readers_and_gives_it_back(client, article, chief):
    publish_again(article, chief, NEW, kind="correction")
    change = PublishedChange.objects.get()
    desk = type(client)()
    desk.force_login(chief)
    page = reverse("changes_of_thing", args=["article", article.pk])
    assert "不再展示" in desk.get(page).content.decode()
    address = reverse("show_wording", args=[change.pk])
    assert desk.post(address, {"shown": "0"}).url == page
    assert "<del>" not in history(client, article)
    assert "数字有误" in history(client, article)
    entries = Entry.objects.filter(kind="change.wording")
    assert entries.latest("sequence").payload == {"change": change.pk, "shown": False}
    assert entries.latest("sequence").keys == [article.content_key]
    desk.post(address, {"shown": "0"})
    assert entries.count() == 1
    desk.post(address, {"shown": "1"})
    assert "<del>" in history(client, article)
    assert entries.count() == 2


def test_who_may_not_publish_there_decides_nothing(client, article, chief):
    publish_again(article, chief, NEW)
    client.force_login(member_of(REPORTERS, "记者"))
    address = reverse("show_wording", args=[PublishedChange.objects.get().pk])
    assert client.post(address, {"shown": "0"}).status_code in (302, 403)
    assert client.get(address).status_code in (302, 403, 405)
    assert PublishedChange.objects.get().shows_wording


def test_nothing_is_compared_of_what_was_withdrawn_or_restored(client, article, chief):
    publish_again(article, chief, NEW)
    withdraw(article, "来源有误", by=chief)
    assert "校车" not in history(client, article)
    publish_again(article, chief, OLD)
    assert "校车" in history(client, article)
    assert history(client, article).count("改动对照") == 1


def test_a_version_that_was_erased_is_not_told_of(client, article, chief):
    publish_again(article, chief, NEW)
    publish_again(article, chief, NEW.replace("14", "15"))
    Revision.objects.filter(pk=PublishedChange.objects.order_by("pk")[0].old_version_id).delete()
    shown = history(client, article)
    assert "1<del>2</del>" not in shown
    assert "1<del>4</del>" in shown


def test_many_changes_cost_as_many_queries_as_one(client, article, chief):
    publish_again(article, chief, NEW)

    def queries() -> int:
        history(client, article)  # the frame of the page is known
        with CaptureQueriesContext(connection) as asked:
            history(client, article)
        return len(asked)

    first = queries()
    for number in range(20, 30):
        publish_again(article, chief, NEW.replace("14", str(number)))
    assert queries() == first


def test_programs_read_the_same(client, article, chief):
    publish_again(article, chief, NEW)
    publish_again(article, chief, NEW.replace("14", "15"))
    address = f"/api/v1/articles/{article.pk}/changes"
    told = client.get(address).json()
    newest, first = told["results"]
    assert told["next"] is None
    assert (newest["kind"], newest["reason"], newest["parts"]) == ("update", "数字有误", ["正文 1 段"])
    assert newest["sentences"] == [{"before": "区里今年新建学校14所。", "after": "区里今年新建学校15所。"}]
    assert first["sentences"][1:] == [
        {"before": "工程由区里出资。", "after": None},
        {"before": None, "after": "校车明年开通。"},
    ]
    assert client.get(f"{address}?before={newest['id']}").json()["results"] == [first]
    withdraw(article, "来源有误", by=chief)
    assert [change["sentences"] for change in client.get(address).json()["results"]] == [[], [], []]
    assert client.get("/api/v1/articles/999/changes").status_code == 404


def test_what_may_harm_minors_is_told_behind_its_notice_alone(client, article, chief):
    publish_again(article, chief, NEW)
    Article.objects.filter(pk=article.pk).update(minors_risk="values")
    assert "改动对照" not in history(client, article)
    assert client.get(f"/api/v1/articles/{article.pk}/changes").json()["results"][0]["sentences"] == []
