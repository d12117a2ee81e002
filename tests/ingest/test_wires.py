"""Wires: what arrives by itself, where it goes, and what its updates, corrections, embargoes and kills do to what came of it."""

import imaplib
import json
import os
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.ingest.wire_models import WireDelivery, WireItem, WireRule, WireSource, WireTopic
from meiri.ingest.wires import asking_wires
from meiri.ingest.wires.asking_wires import ask_due_wires, forget_deliveries
from meiri.ingest.wires.watched_folder import TAKEN, folder_of
from meiri.ingest.wires.wires_desk import digest_of_key
from meiri.media.models import Picture
from meiri.newsroom.inbox import inbox_of
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS, REPORTERS
from meiri.personal.models import Notice
from meiri.planning.models import PlanItem, PlanState
from meiri.search.finding import Sort, find
from meiri.search.query import parse
from tests.ingest.imap_server import Mailbox
from tests.ingest.pages import TITLE as PAGE_TITLE
from tests.ingest.pages import a_portal_page
from tests.ingest.test_importing import a_jpeg
from tests.ingest.wire_site import Agency
from tests.live.live_factory import a_person
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
TITLE, WORD = "翡翠杯决赛落幕", "翡翠杯"
TEXT = "翡翠杯决赛昨晚在澄江体育场落幕，主队以二比一取胜，两万名观众到场观看了比赛。"
RSS = "<rss version='2.0'><channel><title>澄江社</title>{}</channel></rss>"
ENTRY = "<item><title>{0}</title><guid>{0}</guid><description>&lt;p&gt;{1}&lt;/p&gt;</description></item>"


def ninjs(version: int, text: str = TEXT, **fields) -> bytes:
    item = {
        "uri": "urn:cheng:1", "type": "text", "version": str(version), "versioncreated": "2026-03-05T10:32:00+08:00", "pubstatus": "usable",
        "headline": TITLE, "body_xhtml": f"<p>{text}</p><p>颁奖仪式在赛后举行。</p>", "subject": [{"code": "medtop:20000822"}], "source": "澄江社",
    }  # fmt: skip
    return json.dumps(item | fields).encode()


def locked(deed: str):
    """Lets what begins with `deed` and asks for items of wires fail, as where the database is busy. For `connection.execute_wrapper`."""

    def ask(execute, sql, params, many, context):
        if sql.startswith(deed) and '"ingest_wireitem"' in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    return ask


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("体育编辑", [a_channel("体育", "tiyu")])
    WireTopic.objects.create(code="medtop:15000000", name="体育", channel=a_channel("体育", "tiyu"))
    WireTopic.objects.create(code="medtop:20000822", name="比赛", broader="medtop:15000000")


@pytest.fixture
def agency(monkeypatch, newsroom):
    here = Agency()
    monkeypatch.setattr(
        asking_wires, "RULES", replace(asking_wires.RULES, is_allowed=lambda a: a == "127.0.0.1")
    )
    yield here
    here.stop()


@pytest.fixture
def chief(newsroom):
    return a_person("总编", CHIEFS)


def a_wire(agency, path="/wire.json", name="澄江社", **fields) -> WireSource:
    return WireSource.objects.create(name=name, address=agency.address(path), **fields)


def comes(agency, content: bytes, path="/wire.json", **headers) -> None:
    """Let an agency answer so, and ask all sources now."""
    agency[path] = 200, headers, content
    WireSource.objects.update(due_at=None)
    ask_due_wires()


def desk_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestAStory:
    def test_embargo_update_correction_and_kill_through_desk_page_feed_api_and_search(
        self, agency, chief, client, search_index
    ):
        source = a_wire(agency)
        later = timezone.now() + timedelta(hours=2)

        def seen(article, words=WORD) -> list[bool]:
            search_index.catch_up()
            hits = find(parse(words), Sort.RELEVANCE, 5).hits
            return [
                client.get(article.get_absolute_url()).status_code == 200,
                words in client.get("/rss.xml").content.decode(),
                client.get(f"/api/v1/articles/{article.pk}/").status_code == 200,
                [hit.article.pk for hit in hits] == [article.pk],
            ]

        # Embargoed, it is a draft that nobody may publish.
        comes(agency, ninjs(1, embargoed=later.isoformat()))
        article = Article.objects.get()
        assert (article.title, str(article.channel), str(article.source), article.live) == (
            TITLE,
            "体育",
            "澄江社",
            False,
        )
        assert article.embargo_until == later
        with pytest.raises(PublicationStopped, match="禁发"):
            publish(article, by=chief)
        assert seen(article) == [False] * 4
        # Asked again it says nothing new; an update that lifts the embargo is a new version of the draft.
        comes(agency, ninjs(1, embargoed=later.isoformat()))
        assert article.revisions.count() == 1
        comes(agency, ninjs(2, f"{TEXT}裁判出示三张黄牌。"))
        article.refresh_from_db()
        draft = article.get_latest_revision_as_object()
        assert (article.embargo_until, article.revisions.count()) == (None, 2)
        assert "三张黄牌" in str(draft.body)
        publish(draft, by=chief)
        assert seen(article) == [True] * 4
        # A correction changes nothing that readers see before an editor takes it.
        comes(
            agency,
            ninjs(3, f"{TEXT}裁判出示四张黄牌。", signals=[{"qcode": "sig:correction"}], ednote="黄牌数有误"),
        )
        row = WireItem.objects.get()
        page = reverse("wires_item", args=[row.pk])
        assert row.outcome == WireItem.Outcome.WAITING
        assert Notice.objects.filter(member=chief, url=page, text__contains="更正").count() == 1
        assert "三张黄牌" in client.get(article.get_absolute_url()).content.decode()
        shown = desk_of(chief).get(page).content.decode()
        assert "采用新版" in shown
        assert "黄牌数有误" in shown
        desk_of(chief).post(page, {"deed": "adopt"})
        publish(Article.objects.get().get_latest_revision_as_object(), by=chief)
        assert "四张黄牌" in client.get(article.get_absolute_url()).content.decode()
        # An older version that comes late says nothing.
        comes(agency, ninjs(2))
        assert WireItem.objects.get().version == 3
        # The kill: the chief is told, and withdraws by one button.
        comes(agency, ninjs(4, pubstatus="canceled", ednote="消息有误，请勿使用"))
        row.refresh_from_db()
        assert row.outcome == WireItem.Outcome.STOPPED
        assert seen(article) == [True] * 4
        assert Notice.objects.filter(member=chief, url=page, text__contains="撤销了已发布").exists()
        assert any(
            waiting.section.heading == "通稿已撤销" and waiting.count == 1 for waiting in inbox_of(chief)
        )
        shown = desk_of(chief).get(page).content.decode()
        assert "撤稿</button>" in shown
        assert "消息有误，请勿使用" in shown
        done = desk_of(chief).post(page, {"deed": "withdraw"})
        assert done.url == reverse("changes_of_thing", args=["article", article.pk])
        assert seen(article) == [False] * 4
        gone = client.get(article.get_absolute_url())
        assert gone.status_code == 410
        assert "消息有误" in gone.content.decode()
        article.refresh_from_db()
        with pytest.raises(PublicationStopped, match="撤销这篇通稿"):
            publish(article, by=chief)
        assert source.items.count() == 1

    def test_what_was_killed_as_a_draft_is_published_only_when_it_is_usable_again(self, agency, chief):
        a_wire(agency)
        for version, status in ((1, "usable"), (2, "withheld")):
            comes(agency, ninjs(version, pubstatus=status))
        article = Article.objects.get()
        with pytest.raises(PublicationStopped, match="暂停使用"):
            publish(article, by=chief)
        page = reverse("wires_item", args=[WireItem.objects.get().pk])
        assert "撤稿</button>" not in desk_of(chief).get(page).content.decode()
        assert desk_of(chief).post(page, {"deed": "withdraw"}).status_code == 302
        article.refresh_from_db()
        assert not article.withdrawal_reason
        comes(agency, ninjs(3))
        publish(Article.objects.get(), by=chief)
        assert Article.objects.get().live

    def test_what_an_editor_wrote_is_not_overwritten(self, agency, chief):
        a_wire(agency)
        comes(agency, ninjs(1))
        mine = Article.objects.get().get_latest_revision_as_object()
        mine.title = "编辑改过的标题"
        mine.save_revision(user=chief)
        comes(agency, ninjs(2, "换了一稿。"))
        article = Article.objects.get()
        assert article.get_latest_revision_as_object().title == "编辑改过的标题"
        assert WireItem.objects.get().outcome == WireItem.Outcome.WAITING
        assert Notice.objects.get(member=chief).text.startswith("《翡翠杯决赛落幕》的通稿有新版")

    def test_a_story_that_two_wires_bring_is_one(self, agency, chief):
        a_wire(agency)
        comes(agency, ninjs(1))
        WireSource.objects.update(paused=True)
        a_wire(agency, "/feed.xml", "北岭社")
        same = ENTRY.format(TITLE, f"{TEXT}颁奖仪式在赛后举行。")
        comes(
            agency,
            RSS.format(
                same + ENTRY.format("另一件事", "粮食入仓，颗粒归公，今年收成比去年好得多。")
            ).encode(),
            "/feed.xml",
        )
        assert Article.objects.count() == 2
        twin = WireItem.objects.get(source__name="北岭社", title=TITLE)
        first = WireItem.objects.get(source__name="澄江社")
        assert (twin.outcome, twin.article) == (WireItem.Outcome.SAME, first.article)

    def test_rules_send_copy_to_desks_as_drafts_or_as_plan_items_or_leave_it(self, agency, chief):
        source = a_wire(agency, "/feed.xml", deed="leave")
        keji = a_channel("科技", "keji")
        WireRule.objects.create(words="预告, 通报", deed="plan", channel=keji, order=1)
        WireRule.objects.create(words="决赛", deed="draft", channel=keji, source=source, order=2)
        entries = [(TITLE, TEXT), ("发布会预告", "明天上午召开新闻发布会，介绍有关情况。"), ("天气", "晴。")]
        comes(agency, RSS.format("".join(ENTRY.format(*one) for one in entries)).encode(), "/feed.xml")
        outcomes = dict(WireItem.objects.values_list("title", "outcome"))
        assert outcomes == {TITLE: "draft", "发布会预告": "plan", "天气": "left"}
        assert Article.objects.get().channel == keji
        plan = PlanItem.objects.get()
        assert (plan.title, plan.channel, plan.state) == ("发布会预告", keji, PlanState.PROPOSED)
        assert "明天上午" in plan.idea
        comes(agency, ninjs(1, uri="urn:x", headline="通报会", pubstatus="usable"), "/feed.xml")
        comes(agency, ninjs(2, uri="urn:x", headline="通报会", pubstatus="canceled"), "/feed.xml")
        dropped = PlanItem.objects.get(title="通报会")
        assert (dropped.state, dropped.reason) == (PlanState.DROPPED, "“澄江社”撤销了通稿。")


class TestASource:
    def test_that_is_down_is_asked_more_seldom_until_it_is_back(self, agency):
        source = a_wire(agency, "/feed.xml", every=10)
        waits = []
        for answer in (
            (500, {}, b""),
            (503, {"Retry-After": "7200"}, b""),
            (200, {}, b"<html><body><p>a</p><p>b</p></body></html>"),
        ):
            agency["/feed.xml"] = answer
            WireSource.objects.update(due_at=timezone.now() - timedelta(seconds=1))
            assert ask_due_wires() == 1
            source.refresh_from_db()
            waits.append(round((source.due_at - timezone.now()).total_seconds() / 60))
            assert ask_due_wires() == 0
        assert waits == [20, 120, 80]
        assert (source.failures, source.state) == (3, "连续 3 次失败")
        assert "网页" in source.last_failure
        reasons = WireDelivery.objects.order_by("pk").values_list("reason", flat=True)
        assert list(reasons)[:2] == ["返回状态 500", "返回状态 503"]
        for _hour in range(9):
            WireSource.objects.update(due_at=None)
            ask_due_wires()
        source.refresh_from_db()
        assert source.due_at - timezone.now() <= timedelta(hours=6)
        entries = ENTRY.format("一", TEXT)
        comes(agency, RSS.format(entries).encode(), "/feed.xml", ETag='"a"')
        source.refresh_from_db()
        assert (source.failures, source.last_failure, source.items.count()) == (0, "", 1)
        comes(agency, RSS.format(entries).encode(), "/feed.xml", ETag='"a"')
        assert agency.asked[-1]["if-none-match"] == '"a"'
        assert WireDelivery.objects.filter(taken=1).count() == 1
        WireDelivery.objects.update(at=timezone.now() - timedelta(days=8))
        assert forget_deliveries() == WireDelivery.objects.count() + 13

    def test_that_answers_without_end_is_cut_off(self, agency, monkeypatch):
        monkeypatch.setattr(asking_wires, "MOST_BYTES", 1024 * 1024)
        source = a_wire(agency, "/feed.xml")
        agency["/feed.xml"] = 200, {}, None
        assert ask_due_wires() == 1
        source.refresh_from_db()
        assert source.last_failure == "内容超过 1 MB，没有读取"
        assert agency.cut.wait(10)
        assert not WireItem.objects.exists()

    def test_that_leads_to_a_private_address_is_refused(self, agency, monkeypatch):
        source = a_wire(agency, "/feed.xml")
        agency["/feed.xml"] = 302, {"Location": "http://10.0.0.1/secret"}, b""
        ask_due_wires()
        source.refresh_from_db()
        assert source.last_failure == "网址指向内部网络"
        monkeypatch.undo()
        WireSource.objects.update(due_at=None)
        asked = len(agency.asked)
        ask_due_wires()
        assert len(agency.asked) == asked
        source.refresh_from_db()
        assert (source.last_failure, source.failures) == ("网址指向内部网络", 2)

    def test_whose_feed_ends_in_the_middle_keeps_what_came(self, agency):
        source = a_wire(agency, "/wire.xml")
        item = '<newsItem guid="a" version="1"><contentMeta><headline>一</headline></contentMeta><contentSet><inlineXML><html><body><p>正文。</p></body></html></inlineXML></contentSet></newsItem>'
        comes(
            agency,
            f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{item}<newsItem>'.encode(),
            "/wire.xml",
        )
        source.refresh_from_db()
        assert "XML 文件第 1 行有错误" in source.last_failure
        assert Article.objects.get().title == "一"

    def test_folder_whose_files_are_taken_once(self, newsroom, settings, tmp_path):
        settings.HOME = tmp_path
        WireSource.objects.create(name="驻站", way="folder", folder="zhuzhan")
        folder = folder_of("zhuzhan")
        folder.mkdir(parents=True)
        (tmp_path / "secret.txt").write_text("机密\n\n不该读到的文字。")
        (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
        (folder / "稿件.txt").write_text(
            "一座城的清晨\n\n天还没亮，菜场已经开门，第一批蔬菜进了城。\n\n第二段说的是别的事情。"
        )
        (folder / "坏.pdf").write_bytes(b"%PDF-1.7")
        (folder / "图.html").write_text(
            a_portal_page(extra=f'<p><img src="data:image/jpeg;base64,{b64encode(a_jpeg()).decode()}"></p>')
        )
        ask_due_wires()
        assert not Article.objects.exists()  # they may be being written
        for file in folder.glob("*.*"):
            os.utime(file, (1, 1), follow_symlinks=False)
        WireSource.objects.update(due_at=None)
        ask_due_wires()
        titles = {article.title: article for article in Article.objects.all()}
        assert titles.keys() == {"一座城的清晨", PAGE_TITLE}
        assert titles[PAGE_TITLE].picture == Picture.objects.get()
        assert sorted(p.name for p in (folder / TAKEN).iterdir()) == ["图.html", "坏.pdf", "稿件.txt"]
        assert (folder / "link.txt").is_symlink()
        delivery = WireDelivery.objects.get()
        assert (delivery.taken, delivery.refused) == (2, 1)

    def test_folder_keeps_what_was_not_stored_and_what_there_was_no_time_for(
        self, newsroom, settings, tmp_path, monkeypatch
    ):
        settings.HOME = tmp_path
        WireSource.objects.create(name="驻站", way="folder", folder="zhuzhan")
        folder = folder_of("zhuzhan")
        folder.mkdir(parents=True)

        def left() -> set[str]:
            WireSource.objects.update(due_at=None)
            ask_due_wires()
            return {path.name for path in folder.glob("*.*")}

        for name, at, content in (("1.xml", 1, RSS.format(ENTRY.format("一件事", TEXT))), ("2.pdf", 2, "%PDF-1.7"), ("3.json", 3, ninjs(1).decode())):  # fmt: skip
            (folder / name).write_text(content)
            os.utime(folder / name, (at, at))
        with connection.execute_wrapper(locked("INSERT")):
            assert left() == {"1.xml", "3.json"}
        with connection.execute_wrapper(locked("SELECT")):
            assert left() == {"1.xml", "3.json"}
        monkeypatch.setattr(asking_wires, "SECONDS", -1)
        assert left() == {"3.json"}  # the first had all the time of a run
        monkeypatch.setattr(asking_wires, "SECONDS", 120)
        assert left() == set()
        assert Article.objects.get().title == TITLE

    def test_whose_answer_was_not_stored_is_asked_for_all_of_it_again(self, agency):
        source = a_wire(agency, "/feed.xml")
        content = RSS.format(ENTRY.format("一", TEXT)).encode()
        with connection.execute_wrapper(locked("INSERT")):
            comes(agency, content, "/feed.xml", ETag='"a"')
        source.refresh_from_db()
        assert source.etag == ""
        comes(agency, content, "/feed.xml", ETag='"a"')
        source.refresh_from_db()
        assert (source.etag, source.items.count()) == ('"a"', 1)

    def test_that_posts_needs_its_key(self, newsroom, client):
        key = "k" * 40
        WireSource.objects.create(name="推送社", way="post", key_digest=digest_of_key(key))
        address = reverse("wires_post")

        def post(given: str, content: bytes = ninjs(1)) -> tuple[int, dict]:
            answer = client.post(
                address, content, "application/json", headers={"Authorization": f"Bearer {given}"}
            )
            return answer.status_code, answer.json()

        assert post("x" * 40)[0] == 401
        assert client.post(address, ninjs(1), "application/json").status_code == 401
        assert client.get(address).status_code == 405
        assert post(key) == (200, {"taken": 1, "refused": 0, "reason": ""})
        assert post(key) == (200, {"taken": 0, "refused": 0, "reason": ""})
        status, told = post(key, b"%PDF-1.7")
        assert (status, told["refused"]) == (422, 1)
        assert "PDF" in told["reason"]
        assert Article.objects.get().title == TITLE
        WireSource.objects.update(paused=True)
        assert post(key, ninjs(2))[0] == 403

    def test_that_sends_mail_is_read_once(self, newsroom, settings):
        with_file, of_text, foreign = EmailMessage(), EmailMessage(), EmailMessage()
        with_file.set_content("见附件")
        with_file.add_attachment(ninjs(1), maintype="application", subtype="json", filename="../../稿件.json")
        of_text.set_content(
            "一座城的清晨\n\n天还没亮，菜场已经开门，第一批蔬菜进了城。\n\n第二段说的是别的事情。"
        )
        foreign.set_content("不相干的来信\n\n这一封不是通稿，不该收进来。\n\n第二段。")
        mailbox = Mailbox(
            [("wire@cheng.example", with_file), ("wire@cheng.example", of_text), ("x@y.example", foreign)]
        )
        try:
            settings.WIRE_MAILBOX_URL = f"imap://desk:secret@127.0.0.1:{mailbox.port}/INBOX"
            source = WireSource.objects.create(
                name="邮件社", way="mail", senders='wire@cheng.example, a"b@c.example'
            )
            with connection.execute_wrapper(locked("INSERT")):
                ask_due_wires()
            assert mailbox.seen == set()
            for _twice in range(2):
                WireSource.objects.update(due_at=None)
                ask_due_wires()
            source.refresh_from_db()
            assert source.last_failure == ""
            assert set(Article.objects.values_list("title", flat=True)) == {TITLE, "一座城的清晨"}
            assert mailbox.seen == {1, 2}
            settings.WIRE_MAILBOX_URL = f"imap://desk:wrong@127.0.0.1:{mailbox.port}/INBOX"
            WireSource.objects.update(due_at=None)
            ask_due_wires()
        finally:
            mailbox.stop()
        source.refresh_from_db()
        assert source.last_failure == "来稿邮箱打不开（error）。"
        assert imaplib.IMAP4.error.__name__ == "error"


class TestTheDesk:
    def test_shows_each_source_and_what_came_of_its_items_in_few_queries(
        self, agency, chief, django_assert_max_num_queries
    ):
        a_wire(agency, "/feed.xml")
        comes(
            agency,
            RSS.format(
                "".join(
                    ENTRY.format(f"第{n}件事", f"第{n}件事的正文，各不相同{n * 7919}。") for n in range(3)
                )
            ).encode(),
            "/feed.xml",
        )
        WireSource.objects.create(
            name="坏社", address=agency.address("/down"), last_failure="返回状态 500", failures=2
        )
        desk = desk_of(chief)
        shown = desk.get(reverse("wires_desk")).content.decode()
        assert "已存为草稿 3" in shown
        assert "连续 2 次失败：返回状态 500" in shown
        for number in range(20):
            other = WireSource.objects.create(name=f"社{number}", way="post")
            WireItem.objects.create(
                source=other, key=str(number), title=f"题{number}", article=Article.objects.first()
            )
        with django_assert_max_num_queries(45):
            assert desk.get(reverse("wires_desk")).status_code == 200

    def test_chiefs_keep_sources_and_reporters_do_not_see_them(self, agency, chief):
        desk = desk_of(chief)
        fields = {
            "name": "澄江社",
            "way": "address",
            "address": agency.address("/feed.xml"),
            "every": 5,
            "deed": "draft",
        }
        refused = desk.post(reverse("wagtailsnippets_ingest_wiresource:add"), fields | {"address": ""})
        assert "请填写这一项" in refused.content.decode()
        desk.post(reverse("wagtailsnippets_ingest_wiresource:add"), fields)
        source = WireSource.objects.get()
        agency["/feed.xml"] = 200, {}, RSS.format(ENTRY.format("一件事", TEXT)).encode()
        told = desk.post(
            reverse("wires_desk"), {"source": source.pk, "deed": "ask"}, follow=True
        ).content.decode()
        assert "收到新的和有变化的 1 条" in told
        desk.post(reverse("wires_desk"), {"source": source.pk, "deed": "pause"})
        assert ask_due_wires() == 0
        desk.post(reverse("wires_desk"), {"source": source.pk, "deed": "resume"})
        assert ask_due_wires() == 1
        pushing = WireSource.objects.create(name="推送社", way="post")
        shown = desk.post(reverse("wires_desk"), {"source": pushing.pk, "deed": "key"}).content.decode()
        pushing.refresh_from_db()
        assert pushing.key_digest
        assert pushing.key_digest not in shown
        for name, group in (("体育编辑甲", "体育编辑"), ("记者甲", REPORTERS)):
            other = desk_of(a_person(name, group))
            assert (other.get(reverse("wires_desk")).status_code == 200) == (group != REPORTERS)
            other.post(reverse("wires_desk"), {"source": source.pk, "deed": "pause"})
            source.refresh_from_db()
            assert not source.paused

    def test_topics_of_iptc_lead_to_channels(self, newsroom, shared_data, capsys):
        WireTopic.objects.filter(code="medtop:15000000").update(channel=a_channel("科技", "keji"))
        call_command("load_topics", str(shared_data / "newswire" / "mediatopics-zh.json"))
        assert "1133 topics, 1131 of them new" in capsys.readouterr().out
        sport = WireTopic.objects.get(code="medtop:15000000")
        assert (sport.name, sport.channel.name) == ("体育", "科技")
        assert WireTopic.objects.get(code="medtop:20000822").broader.startswith("medtop:")
