"""Readers report errors, editors handle them, and the reader sees what became of it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document

from meiri.journal.models import Entry
from meiri.newsroom.models import Correction
from meiri.policy import visible
from meiri.reports import handling
from meiri.reports.inbox import ReportsView
from meiri.reports.models import Report, ReportState
from meiri.reports.writing import MOST
from tests.media.recording_samples import recording
from tests.newsroom.test_admin import an_editor
from tests.newsroom.test_correcting import everywhere, send_ticked
from tests.newsroom_factory import a_channel, a_draft, an_article, an_author

pytestmark = pytest.mark.django_db
WORDS = {"quote": "三十亿立方米", "text": "应当是三亿立方米，见水利部门公报。"}


def text(response) -> str:
    return response.content.decode()


def send(client, article, **fields):
    return client.post(f"/reports/{article.pk}/", {**WORDS, **fields})


def a_report(article=None, **fields) -> Report:
    article = article or an_article(text="蓄水三十亿立方米。")
    return handling.receive_report(
        Report(article=article, **{"text": WORDS["text"], "quote": WORDS["quote"], "key_digest": str(Report.objects.count()), **fields})
    )  # fmt: skip


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")


class TestAReader:
    def test_gets_a_receipt_that_tells_what_became_of_it(self, client, chief):
        article = an_article(text="蓄水三十亿立方米。")
        receipt = send(client, article)["Location"]
        assert re.fullmatch(r"/reports/receipt/[A-Za-z0-9_-]{24}/", receipt)
        page = client.get(receipt)
        assert "待处理" in text(page)
        assert WORDS["text"] in text(page)
        assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("no-referrer", True)
        report = Report.objects.get()
        handling.correct_by_report(
            report, "三十亿", "三亿", chief, amendment=everywhere(article, "三十亿"), text="谢谢指正。"
        )
        page = text(client.get(receipt))
        for part in ("已更正", "谢谢指正。", "“三十亿”应为“三亿”"):
            assert part in page
        assert receipt.split("/")[3] not in str(list(Report.objects.values()))

    def test_who_sends_the_same_form_twice_made_one_report(self, client):
        article, once = an_article(), "A" * 22
        first, second = send(client, article, once=once), send(client, article, once=once)
        assert first["Location"] == second["Location"]
        assert Report.objects.count() == 1

    def test_finds_what_was_selected_in_the_form(self, client):
        page = text(client.get(f"/reports/{an_article().pk}/?quote=蓄水%20<b>三十亿</b>"))
        assert 'value="蓄水 &lt;b&gt;三十亿&lt;/b&gt;"' in page

    def test_is_told_what_to_mend(self, client):
        answer = send(client, an_article(), text="错")
        assert answer.status_code == 422
        assert "说明太短" in text(answer)

    def test_can_report_a_barrier(self, client):
        answer = client.post("/reports/barrier/", {"address": "/yaowen/", "text": "读屏软件读不出菜单。"})
        assert "等待" in text(client.get(answer["Location"]))
        assert Report.objects.get().article is None
        bad = client.post(
            "/reports/barrier/", {"address": "javascript:alert(1)", "text": "读屏软件读不出菜单。"}
        )
        assert bad.status_code == 422

    def test_finds_no_receipt_without_its_key(self, client):
        report = a_report()
        for key in ("A" * 24, report.key_digest, str(report.pk)):
            assert client.get(f"/reports/receipt/{key}/").status_code == 404

    def test_can_not_report_what_is_not_published(self, client):
        assert send(client, a_draft()).status_code == 404
        assert client.get("/reports/99999999999999999999/").status_code == 404


class TestRobots:
    def test_fill_in_the_trap_and_are_thanked(self, client):
        assert "已收到" in text(send(client, an_article(), website="http://x.example"))
        assert Report.objects.count() == 0

    def test_are_slowed_down(self, client):
        article = an_article()
        for _ in range(MOST):
            assert send(client, article).status_code == 302
        assert send(client, article).status_code == 429
        assert Report.objects.count() == MOST

    def test_without_the_token_are_refused(self):
        browser = Client(enforce_csrf_checks=True)
        assert send(browser, an_article()).status_code == 403
        assert Report.objects.count() == 0


class TestTheInbox:
    def test_a_report_goes_to_the_editor_of_the_article(self, client):
        own = an_editor("lin", channels=[a_channel()])
        other = an_editor("chen", channels=[a_channel()])
        article = an_article(editor=an_author("沈砚", "shen-yan", user=own))
        report, shared = a_report(article), a_report(text="这篇没有责任编辑账号。")
        assert (report.responsible, shared.responsible) == (own, None)
        for user, mine in ((own, {report, shared}), (other, {shared})):
            assert set(Report.objects.waiting_for(user)) == mine
            assert set(visible(user, Report.objects.all(), "handle")) == {report, shared}
        client.force_login(other)
        assert report.text not in text(client.get("/admin/reports/"))
        assert report.text in text(client.get("/admin/reports/?whose=all"))

    def test_a_desk_elsewhere_sees_and_does_nothing(self, client):
        report, elsewhere = a_report(), an_editor("waidi", channels=[a_channel("要闻", "yaowen")])
        client.force_login(elsewhere)
        assert report.text not in text(client.get("/admin/reports/?whose=all"))
        address = f"/admin/reports/{report.pk}/"
        for answer in (client.get(address), client.post(address, {"deed": "refuse", "answer": "否"})):
            assert (answer.status_code, answer["Location"]) == (302, "/admin/")
        for deed in (handling.answer_report, handling.refuse_report):
            with pytest.raises(PermissionDenied):
                deed(report, "否", elsewhere)
        with pytest.raises(PermissionDenied):
            handling.correct_by_report(report, "错", "对", elsewhere)
        report.refresh_from_db()
        assert report.state == ReportState.OPEN

    def test_who_changes_no_article_has_no_inbox(self, client):
        a_report()
        client.force_login(an_editor())
        assert '"/admin/reports/"' in text(client.get("/admin/"))
        client.force_login(an_editor("xiaodui", deeds=("view",)))
        assert '"/admin/reports/"' not in text(client.get("/admin/"))
        answer = client.get("/admin/reports/?whose=all")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")

    def test_who_may_not_publish_may_answer_and_not_correct(self, client):
        reporter = an_editor("jizhe", deeds=("add", "change"))
        report = a_report(an_article(editor=an_author("沈砚", "shen-yan", user=reporter)))
        client.force_login(reporter)
        address = f"/admin/reports/{report.pk}/"
        assert "刊登更正" not in text(client.get(address))
        answer = client.post(address, {"deed": "correct", "wrong": "三十亿", "right": "三亿"})
        assert answer.status_code in (302, 403)
        assert Correction.objects.count() == 0
        client.post(address, {"deed": "answer", "answer": "正在核实。"})
        report.refresh_from_db()
        assert (report.state, report.answer, report.handled_by) == (
            ReportState.ANSWERED,
            "正在核实。",
            reporter,
        )

    def test_an_editor_corrects_from_the_report(self, client, chief):
        report = a_report()
        client.force_login(chief)
        address = f"/admin/reports/{report.pk}/"
        assert "三十亿立方米</textarea>" in text(client.get(address))
        refused = client.post(address, {"deed": "correct", "wrong": "没有的话", "right": "有", "amend": "on"})
        assert "没有找到" in text(refused)
        send_ticked(client, address, {"deed": "correct", "wrong": "三十亿", "right": "三亿", "amend": "on"})
        report.refresh_from_db()
        assert (report.state, report.correction.in_text) == (ReportState.CORRECTED, True)
        kinds = list(Entry.objects.order_by("sequence").values_list("kind", flat=True))
        assert kinds[-3:] == ["article.published", "correction.published", "report.corrected"]
        with pytest.raises(ValidationError, match="已经更正"):
            handling.refuse_report(report, "否", chief)

    def test_what_stops_the_corrected_article_is_told_and_nothing_is_done(self, client, chief):
        film = Document.objects.create(title="片子", file=ContentFile(recording("mp4"), "a.mp4"))
        body = [("text", "<p>蓄水三十亿立方米。</p>"), ("document", film)]
        report = a_report(an_article(text=body, ai_use="none"))
        client.force_login(chief)
        given = {"deed": "correct", "wrong": "三十亿", "right": "三亿", "amend": "on"}
        page = text(send_ticked(client, f"/admin/reports/{report.pk}/", given))
        assert "视频“片子”标有“人工智能生成”" in page
        assert f"/admin/snippets/newsroom/article/edit/{report.article_id}/" in page
        report.refresh_from_db()
        assert (report.state, Correction.objects.count()) == (ReportState.OPEN, 0)

    def test_the_journal_says_nothing_of_what_readers_wrote(self, chief):
        handling.refuse_report(a_report(), "原文无误。", chief)
        told = str(list(Entry.objects.filter(kind__startswith="report.").values("payload", "keys")))
        assert WORDS["text"] not in told
        assert WORDS["quote"] not in told

    def test_a_barrier_is_for_those_who_look_after_the_whole_site(self, chief):
        barrier = handling.receive_report(Report(text="读不出菜单。", key_digest="b"))
        assert list(visible(chief, Report.objects.all(), "handle")) == [barrier]
        assert not visible(an_editor(channels=[a_channel()]), Report.objects.all(), "handle").exists()
        with pytest.raises(ValidationError, match="不涉及稿件"):
            handling.correct_by_report(barrier, "错", "对", chief)

    def test_its_list_is_paged_by_key_at_a_fixed_cost(self, client, chief, django_assert_max_num_queries):
        article = an_article()
        reports = [a_report(article, text=f"第{n}处有误。") for n in range(51)]
        client.force_login(chief)
        client.get("/admin/reports/")
        with django_assert_max_num_queries(12):
            page = text(client.get("/admin/reports/"))
        assert f"from={reports[1].pk}" in page
        assert "第0处有误" in text(client.get(f"/admin/reports/?from={reports[1].pk}"))


def test_b4_its_views_ask_who_may_by_themselves_too(rf):
    """Whichever address leads to them, also one that the table of the admin's doors does not know."""
    request = rf.get("/")
    request.user = get_user_model().objects.create_user("reader")
    with pytest.raises(PermissionDenied):
        ReportsView.as_view()(request)
