"""Editors at work in the admin: finding, writing, publishing, scheduling, withdrawing."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from meiri.journal.models import Entry
from meiri.newsroom.models import Article, Desk
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, an_article, an_author

pytestmark = pytest.mark.django_db
LIST = "/admin/snippets/newsroom/article/"
CHOOSER = "/admin/snippets/choose/newsroom/article/"
CHOOSER_RESULTS = f"{CHOOSER}results/"
COUNTING = re.compile(r"COUNT\(.*newsroom_|newsroom_.*COUNT\(|OFFSET", re.DOTALL)


def an_editor(username="bianji", *, channels=None, deeds=("add", "change", "publish", "lock", "unlock")):
    """Somebody of a group that may do `deeds` to articles, on the desk of `channels` where they are given."""
    group = Group.objects.create(name=f"{username}组")
    for deed in deeds:
        group.permissions.add(Permission.objects.get(codename=f"{deed}_article"))
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    if channels is not None:
        Desk.objects.create(group=group).channels.set(channels)
    user = get_user_model().objects.create_user(username, password="x", first_name=username)
    user.groups.add(group)
    return user


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")


@pytest.fixture
def desk(client, chief):
    """The browser of a chief editor."""
    client.force_login(chief)
    return client


def form_of(article: Article | None = None, **fields) -> dict:
    """What the browser sends when an editor saves the form."""
    now = {
        name: getattr(article, name, "") or ""
        for name in ("kicker", "title", "subtitle", "short_title", "summary", "dateline", "aigc_label",
                     "original_title", "original_url")
    }  # fmt: skip
    values = {
        **now,
        "channel": (article.channel_id or "") if article else a_channel().pk,
        "kind": "report",
        "origin": "original",
        "comment_policy": "",
        "picture": "",
        "source": (article.source_id or "") if article else "",
        "editor": "",
        "tags": "",
        "stations": [],
        "topics": [],
        "published_at": "",
        "go_live_at": "",
        "expire_at": "",
        "body": streamfield([("text", rich_text("<p>正文。</p>"))]),
        "bylines": inline_formset([]),
        **fields,
    }
    chosen = {name: values.pop(name) for name in ("stations", "topics")}
    return nested_form_data(values) | chosen


def edit(article) -> str:
    return f"{LIST}edit/{article.pk}/"


def titles(response) -> list[str]:
    return [a.title for a in response.context["object_list"]]


class TestList:
    def test_it_neither_counts_nor_skips_and_costs_the_same_for_many(self, desk):
        numbers = []
        for _ in range(2):
            for n in range(5 if not numbers else 55):
                an_article(
                    source=a_source(f"来源{n}"), editor=an_author(f"编辑{n}", f"bianji-{len(numbers)}-{n}")
                )
            desk.get(LIST)
            with CaptureQueriesContext(connection) as queries:
                response = desk.get(LIST)
            assert response.status_code == 200
            numbers.append(len(queries))
            for query in queries:
                assert not COUNTING.search(query["sql"]), query["sql"]
        assert numbers[0] == numbers[1]

    def test_pages_lead_to_the_oldest_and_back(self, desk):
        for n in range(85):
            a_draft(f"稿件{n:02}")
        first = desk.get(LIST)
        second = desk.get(first.context["older_url"])
        third = desk.get(second.context["older_url"])
        assert titles(first) + titles(second) + titles(third) == [f"稿件{n:02}" for n in range(84, -1, -1)]
        assert (first.context["newer_url"], third.context["older_url"]) == ("", "")
        assert titles(desk.get(third.context["newer_url"])) == titles(second)
        assert "较早的稿件" in first.content.decode()

    def test_each_filter_narrows(self, desk):
        author, other = an_author(), an_author("方知行", "fang-zhixing")
        station = a_station()
        day = timezone.now() - timedelta(days=3)
        wanted = an_article(
            "江上来信", channel=a_channel("要闻", "yaowen"), stations=[station], authors=[author, other],
            source=a_source("江海日报"), published_at=day,
        )  # fmt: skip
        an_article("别的", authors=[other])
        a_draft("草稿")
        date = f"{timezone.localtime(day):%Y-%m-%d}"
        for found in (
            {"channel": wanted.channel_id},
            {"station": station.pk},
            {"author": "林晚舟"},
            {"source": "江海日报"},
            {"published_at_from": date, "published_at_to": date},
            {"q": "来信"},
            {"q": str(wanted.pk)},
        ):
            assert titles(desk.get(LIST, found)) == ["江上来信"], found
        assert titles(desk.get(LIST, {"author": "方知行"})) == ["别的", "江上来信"]
        assert titles(desk.get(LIST, {"source": "没有这家"})) == []

    def test_states_are_what_editors_mean_by_them(self, desk, chief):
        a_draft("草稿")
        a_draft("有时间而未定时", go_live_at=timezone.now() + timedelta(days=1))
        an_article("已发布")
        changed = an_article("有修改")
        changed.title = "有修改（新）"
        changed.save_revision()
        withdrawn = an_article("撤下")
        withdrawn.unpublish()
        due = a_draft("定时", go_live_at=timezone.now() + timedelta(days=1))
        due.save_revision().publish(user=chief)
        for state, expected in (
            ("draft", {"草稿", "有时间而未定时"}),
            ("scheduled", {"定时"}),
            ("live", {"已发布", "有修改"}),
            ("changed", {"有修改"}),
            ("withdrawn", {"撤下"}),
        ):
            assert set(titles(desk.get(LIST, {"state": state}))) == expected, state
        rows = re.findall(
            r"<td\s*>\s*(草稿|定时|已发布[^<\n]*|已撤稿)\s*</td>", desk.get(LIST).content.decode()
        )
        assert sorted(rows) == sorted(["草稿", "草稿", "定时", "已发布", "已发布，有未发修改", "已撤稿"])

    def test_a_mangled_position_is_the_first_page(self, desk):
        a_draft("草稿")
        for wrong in ("x", "1-", "9" * 40 + "-1", "-"):
            assert titles(desk.get(LIST, {"older": wrong})) == ["草稿"]


class TestChooser:
    def chosen(self, response) -> list[str]:
        return [a.title for a in response.context["results"]]

    def test_it_shows_channel_time_and_state_and_is_neither_counted_nor_skipped(self, desk):
        desk.get(CHOOSER)  # the first request of a session also notes the session
        numbers = []
        for count in (3, 30):
            for _ in range(count):
                an_article(channel=a_channel("要闻", "yaowen"))
            with CaptureQueriesContext(connection) as queries:
                response = desk.get(CHOOSER)
            numbers.append(len(queries))
            for query in queries:
                assert not COUNTING.search(query["sql"]), query["sql"]
        assert numbers[0] == numbers[1]
        html = response.json()["html"]
        assert "要闻" in html
        assert "已发布" in html

    def test_pages_lead_on_and_back(self, desk):
        for n in range(30):
            a_draft(f"稿件{n:02}")
        seen, position = [], ""
        while True:
            page = desk.get(CHOOSER_RESULTS, {"p": position})
            seen += self.chosen(page)
            if not page.context["results"].older:
                break
            position = f"older.{page.context['results'].older}"
        assert seen == [f"稿件{n:02}" for n in range(29, -1, -1)]
        back = desk.get(CHOOSER_RESULTS, {"p": f"newer.{page.context['results'].newer}"})
        assert self.chosen(back) == seen[12:24]

    def test_words_numbers_and_channels_find(self, desk):
        wanted = an_article("江上来信", channel=a_channel("要闻", "yaowen"))
        an_article("别的")
        for found in ({"q": "来信"}, {"q": str(wanted.pk)}, {"channel": wanted.channel_id}):
            assert self.chosen(desk.get(CHOOSER_RESULTS, found)) == ["江上来信"], found
        assert "没有符合条件的稿件" in desk.get(CHOOSER_RESULTS, {"q": "没有"}).content.decode()

    def test_the_chosen_one_is_handed_to_the_form(self, desk):
        article = an_article("江上来信")
        chosen = desk.get(f"/admin/snippets/choose/newsroom/article/chosen/{article.pk}/").json()
        assert (chosen["step"], chosen["result"]["string"]) == ("chosen", "江上来信")


class TestWriting:
    def test_a_new_article_is_saved_as_a_draft_that_readers_cannot_see(self, desk, chief):
        response = desk.post(f"{LIST}add/", form_of(title="晨报头条", summary="一句话。"))
        article = Article.objects.get()
        assert response.status_code == 302
        assert (article.title, article.live, article.created_by) == ("晨报头条", False, chief)
        assert not Entry.objects.filter(kind__startswith="article.").exists()
        assert desk.get(article.get_absolute_url()).status_code == 404

    def test_an_article_without_a_channel_is_not_published(self, desk):
        response = desk.post(f"{LIST}add/", form_of(title="没有频道", channel="", **{"action-publish": "1"}))
        assert response.context["form"].errors["channel"]
        assert not Article.objects.exists()

    def test_a_saved_change_waits_in_a_revision_while_readers_see_what_was_published(self, desk):
        article = an_article("旧标题")
        desk.post(edit(article), form_of(article, title="新标题"))
        article.refresh_from_db()
        assert (article.title, article.has_unpublished_changes) == ("旧标题", True)
        assert article.get_latest_revision_as_object().title == "新标题"
        assert Entry.objects.filter(kind__startswith="article.").count() == 1

    def test_publishing_makes_it_live_and_tells_the_journal_who(self, desk, chief, client):
        article = a_draft("待发")
        desk.post(edit(article), form_of(article, title="已发", **{"action-publish": "1"}))
        article.refresh_from_db()
        assert (article.title, article.live) == ("已发", True)
        entry = Entry.objects.get(kind__startswith="article.")
        assert (entry.kind, entry.actor) == ("article.published", f"user:{chief.pk}")
        client.logout()
        assert "已发" in client.get(article.get_absolute_url()).content.decode()

    def test_bylines_and_stations_come_from_the_form(self, desk):
        article, author, station = a_draft(), an_author(), a_station()
        byline = {"id": "", "author": author.pk, "credit": "文"}
        desk.post(
            edit(article),
            form_of(article, bylines=inline_formset([byline]), stations=[station.pk],
                    **{"action-publish": "1"}),
        )  # fmt: skip
        article.refresh_from_db()
        assert [(b.author, b.credit) for b in article.bylines.all()] == [(author, "文")]
        assert list(article.stations.all()) == [station]

    def test_versions_can_be_compared(self, desk):
        article = an_article("旧标题")
        first = article.latest_revision
        desk.post(edit(article), form_of(article, title="新标题"))
        article.refresh_from_db()
        address = f"{LIST}history/{article.pk}/"
        assert desk.get(address).status_code == 200
        compared = desk.get(
            f"{LIST}history/{article.pk}/revisions/compare/{first.pk}...{article.latest_revision_id}/"
        )
        text = compared.content.decode()
        assert "deletion" in text
        assert "addition" in text

    def test_the_preview_is_the_reader_s_page(self, desk):
        article = a_draft("预览标题")
        address = f"{LIST}preview/{article.pk}/"
        assert desk.post(address, form_of(article, title="预览新标题")).json()["is_valid"]
        assert "预览新标题" in desk.get(address).content.decode()


class TestTwoEditors:
    def test_a_locked_article_is_changed_by_its_locker_alone(self, client, desk):
        article = a_draft("锁定")
        desk.post(f"{LIST}lock/{article.pk}/")
        article.refresh_from_db()
        assert article.locked
        client.force_login(an_editor())
        response = client.post(edit(article), form_of(article, title="闯入"))
        article.refresh_from_db()
        assert "锁定" in response.content.decode()
        assert article.get_latest_revision_as_object().title == "锁定"

    def test_autosave_never_replaces_what_another_saved(self, client, desk, chief):
        article = a_draft("原文")
        article.save_revision(user=chief)
        article.refresh_from_db()
        mine = article.latest_revision
        loaded = {"loaded_revision_id": mine.pk, "loaded_revision_created_at": mine.created_at.isoformat()}
        other = an_editor()
        client.force_login(other)
        client.post(edit(article), form_of(article, title="同事改的"))
        client.force_login(chief)
        answer = client.post(
            edit(article), form_of(article, title="我改的", **loaded), headers={"accept": "application/json"}
        )
        assert answer.status_code >= 400
        assert answer.json()["success"] is False
        article.refresh_from_db()
        assert article.get_latest_revision_as_object().title == "同事改的"

    def test_saving_all_the_same_keeps_both_versions(self, client, desk, chief):
        article = a_draft("原文")
        article.save_revision(user=chief)
        client.force_login(an_editor())
        client.post(edit(article), form_of(article, title="同事改的"))
        client.force_login(chief)
        client.post(edit(article), form_of(article, title="我改的"))
        kept = [r.as_object().title for r in article.revisions.order_by("pk")]
        assert kept == ["原文", "同事改的", "我改的"]


class TestWithdrawing:
    def test_it_asks_for_a_reason_and_tells_readers(self, desk, client):
        article = an_article("有误")
        address = f"{LIST}unpublish/{article.pk}/"
        assert "请写明撤稿原因" in desk.post(address, {"reason": " "}).content.decode()
        desk.post(address, {"reason": "数据有误，核实后重发。"})
        client.logout()
        gone = client.get(article.get_absolute_url())
        assert gone.status_code == 410
        assert "数据有误，核实后重发。" in gone.content.decode()
        entry = Entry.objects.filter(kind="article.withdrawn").get()
        assert entry.payload["reason"] == "数据有误，核实后重发。"

    def test_who_may_not_publish_may_not_withdraw(self, client):
        article = an_article()
        client.force_login(an_editor(deeds=("add", "change")))
        client.post(f"{LIST}unpublish/{article.pk}/", {"reason": "试试"})
        article.refresh_from_db()
        assert article.live

    def test_what_readers_have_seen_is_never_deleted(self, desk):
        article = an_article()
        desk.post(f"{LIST}delete/{article.pk}/")
        assert Article.objects.filter(pk=article.pk).exists()


class TestDesks:
    def test_an_editor_edits_own_channel_and_no_other(self, client):
        tech, news = a_channel(), a_channel("要闻", "yaowen")
        own, foreign = an_article("自家的", channel=tech), an_article("别家的", channel=news)
        client.force_login(an_editor(channels=[tech]))
        assert titles(client.get(LIST)) == ["自家的"]
        client.post(edit(own), form_of(own, title="自家的改了"))
        answer = client.post(edit(foreign), form_of(foreign, title="闯入"))
        assert answer.status_code in (302, 403)
        own.refresh_from_db()
        foreign.refresh_from_db()
        assert own.get_latest_revision_as_object().title == "自家的改了"
        assert foreign.get_latest_revision_as_object().title == "别家的"

    def test_an_editor_cannot_move_an_article_to_another_desk(self, client):
        tech, news = a_channel(), a_channel("要闻", "yaowen")
        article = an_article(channel=tech)
        client.force_login(an_editor(channels=[tech]))
        response = client.post(edit(article), form_of(article, channel=news.pk), follow=True)
        assert "频道没有保存：您的采编分工不包括这个频道" in response.content.decode()
        assert article.get_latest_revision_as_object().channel == tech

    def test_an_editor_cannot_withdraw_or_publish_for_another_desk(self, client):
        tech, news = a_channel(), a_channel("要闻", "yaowen")
        live, draft = an_article(channel=news), a_draft(channel=news)
        client.force_login(an_editor(channels=[tech]))
        client.post(f"{LIST}unpublish/{live.pk}/", {"reason": "试试"})
        client.post(edit(draft), form_of(draft, **{"action-publish": "1"}))
        live.refresh_from_db()
        draft.refresh_from_db()
        assert (live.live, draft.live) == (True, False)

    def test_a_writer_without_the_right_to_publish_saves_drafts_only(self, client):
        article = a_draft()
        client.force_login(an_editor(deeds=("add", "change")))
        client.post(edit(article), form_of(article, title="改好了", **{"action-publish": "1"}))
        article.refresh_from_db()
        assert not article.live
        assert not Entry.objects.filter(kind__startswith="article.").exists()


class TestSchedule:
    def test_a_scheduled_article_goes_live_by_itself_and_the_journal_says_so(self, desk, client):
        article = a_draft("明早见报")
        soon = timezone.localtime(timezone.now() + timedelta(hours=1))
        desk.post(
            edit(article), form_of(article, go_live_at=f"{soon:%Y-%m-%d %H:%M}", **{"action-publish": "1"})
        )
        article.refresh_from_db()
        assert not article.live
        assert titles(desk.get(LIST, {"state": "scheduled"})) == ["明早见报"]
        assert "明早见报" in desk.get("/admin/").content.decode()
        assert not Entry.objects.filter(kind__startswith="article.").exists()
        past = timezone.now() - timedelta(minutes=1)
        revision = article.revisions.get(approved_go_live_at__isnull=False)
        revision.content["go_live_at"] = past.isoformat()
        revision.approved_go_live_at = past
        revision.save()
        call_command("publish_scheduled")
        entry = Entry.objects.get(kind__startswith="article.")
        assert (entry.kind, entry.actor, entry.keys[0]) == (
            "article.published",
            "system",
            article.content_key,
        )
        article.refresh_from_db()
        client.logout()
        assert client.get(article.get_absolute_url()).status_code == 200

    def test_an_expired_article_is_withdrawn_and_the_journal_says_so(self):
        article = an_article()
        Article.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
        call_command("publish_scheduled")
        assert Entry.objects.order_by("-sequence").first().payload["reason"] == "到期"

    def test_the_form_shows_a_time_to_the_second_and_stores_what_it_shows(self, desk):
        due = timezone.localtime() + timedelta(days=1)
        article = a_draft(go_live_at=due.replace(second=47, microsecond=0))
        shown = re.search(r'name="go_live_at" value="([^"]+)"', desk.get(edit(article)).content.decode())[1]
        assert shown.endswith(":47")
        desk.post(edit(article), form_of(article, go_live_at=shown))
        article.refresh_from_db()
        assert article.latest_revision.as_object().go_live_at.second == 47
