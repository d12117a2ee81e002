"""审稿单: what stands in it, that a changed byte is named, and how it is read, printed and exported."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision

from meiri.journal.models import Entry
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.newsroom.reviewing import ReviewRefused
from meiri.personal.models import Notice
from meiri.review.letting_pass import check_afterwards, choose_fast_lane, grant_exception
from meiri.review.models import AfterCheck, ReviewSheet, ReviewVerdict
from meiri.review.reminders import remind_of_late_reviews, tell_of_late_checks, warnings_of_reviews
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.review.sheet_checks import sheets_are_as_written
from tests.newsroom_factory import a_channel, a_draft
from tests.review.newsroom import a_submitted, change, pass_all, review, set_up, signed_in, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


@pytest.fixture(scope="module")
def published(newsroom):
    """An article that was sent back once and then passed all six hands."""
    article = a_submitted(newsroom, aigc_label="本文由人工智能辅助生成")
    review(article, newsroom.editors[0])
    block = article.latest_revision.content["body"]
    marked = json.loads(block)[0]["id"]
    review(article, newsroom.editors[1], ReviewVerdict.CHANGE, opinion="导语要改", marks={marked: "时间不对"})
    article = change(article, newsroom.writer, body=[("text", "<p>早上五点四十，首班车开出。</p>")])
    article.current_workflow_state.resume(newsroom.writer)
    pass_all(article, newsroom)
    return Article.objects.get(pk=article.pk)


def sheet_of(article: Article) -> ReviewSheet:
    return ReviewSheet.objects.get(article=article)


def test_a_sheet_tells_the_whole_way(newsroom, published):
    told = json.loads(sheet_of(published).document)
    assert told["number"] == f"{timezone.localdate():%Y%m%d}-0001"
    assert told["article"]["ai"] == "本文由人工智能辅助生成"
    assert [one["verdict"] for one in told["reviews"]] == ["采用", "修改", *["采用"] * 6]
    assert told["reviews"][0]["void"] == "审后文字有改动"
    assert told["reviews"][1]["marks"][0]["note"] == "时间不对"
    assert told["changes"][0]["lines"] == [{"was": "正文第一段。", "now": "早上五点四十，首班车开出。"}]
    assert {one["name"] for one in told["writers"]} == {"记者甲"}
    entry = Entry.objects.of(ArticlePublished).last()
    assert entry.payload["sheet"] == [told["number"], sheet_of(published).digest]


def test_all_sheets_are_as_written(published):
    assert list(sheets_are_as_written()) == []


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (lambda s: s.replace("导语要改", "导语很好"), "/reviews/1/opinion is not what was written"),
        (lambda s: s.replace('"stands":true', '"stands":false', 1), "/stands is not what was written"),
        (lambda s: s.replace('{"article":', '{ "article":', 1), "byte 1 of its document is not canonical"),
        (lambda s: s[:-1], "can't be read"),
        (
            lambda s: s.replace('"opinion":"导语要改"', '"opinion":"导语要攸"'),
            "/reviews/1/opinion (byte 12, in ",
        ),
    ],
)
def test_the_first_thing_that_was_changed_in_a_sheet_is_named(published, alter, named):
    sheet = sheet_of(published)
    ReviewSheet.objects.filter(pk=sheet.pk).update(document=alter(sheet.document))
    [fault] = sheets_are_as_written()
    assert sheet.number in fault
    assert named in fault


def test_a_changed_revision_a_missing_sheet_and_a_foreign_signature_are_named(published):
    sheet = sheet_of(published)
    revision = Revision.objects.get(pk=sheet.revision_number)
    content = revision.content | {"body": revision.content["body"].replace("首班车", "末班车")}
    Revision.objects.filter(pk=revision.pk).update(content=content)
    assert any(
        "body/1/" in fault and "is not what was published" in fault for fault in sheets_are_as_written()
    )
    Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    ReviewSheet.objects.filter(pk=sheet.pk).update(signature="A" * 86 + "==")
    assert "its signature is not right" in next(iter(sheets_are_as_written()))
    ReviewSheet.objects.filter(pk=sheet.pk).delete()
    assert f"sheet {sheet.number}: the journal names it, and it is not there" in list(sheets_are_as_written())


def test_the_byte_that_was_changed_in_an_old_revision_is_named(published):
    revision = Revision.objects.get(pk=sheet_of(published).revision_number)
    content = revision.content | {"body": revision.content["body"].replace("<p>", "<b>", 1)}
    assert content != revision.content
    Revision.objects.filter(pk=revision.pk).update(content=content)
    [fault] = sheets_are_as_written()
    assert "body/1/" in fault
    assert "was b'p') of revision" in fault


def test_a_sheet_is_read_as_a_page_and_as_pdf(newsroom, published):
    client, sheet = signed_in(newsroom.chiefs[0]), sheet_of(published)
    page = client.get(reverse("review_sheet", args=[sheet.number])).content.decode()
    assert "导语要改" in page
    assert sheet.digest in page
    answer = client.get(reverse("review_sheet_file", args=[sheet.number, "pdf"]))
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.docinfo["/Title"] == f"审稿单 {sheet.number}"
        assert len(pdf.pages) >= 1
    answer = client.get(reverse("review_sheet_file", args=[sheet.number, "json"]))
    assert answer.content.decode() == sheet.document
    assert signed_in(newsroom.writer).get(reverse("review_sheet", args=[sheet.number])).status_code == 302


def test_sheets_of_a_period_and_a_channel_are_listed_and_exported(newsroom, published):
    client, sheet = signed_in(newsroom.editors[0]), sheet_of(published)
    channel = published.channel_id
    listed = client.get(reverse("review_sheets"), {"channel": channel}).content.decode()
    assert sheet.number in listed
    wrong = client.get(reverse("review_sheets"), {"start": "2026-12-01", "end": "2026-11-01"})
    assert "开始日期晚于结束日期" in wrong.content.decode()
    answer = client.get(reverse("review_sheets_export"), {"channel": channel})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as file:
        assert file.read(f"{sheet.number}.json").decode() == sheet.document
        rows = list(csv.reader(io.StringIO(file.read("sheets.csv").decode("utf-8-sig"))))
    assert [sheet.number, sheet.digest] in [[row[0], row[6]] for row in rows]
    other = a_channel("体育", "tiyu")
    assert sheet.number not in client.get(reverse("review_sheets"), {"channel": other.pk}).content.decode()


def test_what_the_system_brings_in_says_so_on_its_sheet(newsroom, tmp_path):
    path = tmp_path / "稿件.txt"
    path.write_text("江边的秋天\n\n江水退了三尺，渔民把船拖上岸。\n\n他们说，明年春天再下水。\n", "utf-8")
    call_command("import", str(path), "--publish", "--channel", "minsheng")
    article = Article.objects.get(title="江边的秋天")
    assert article.live
    sheet = sheet_of(article)
    assert sheet.unreviewed == "命令行导入"
    page = signed_in(newsroom.chiefs[0]).get(reverse("review_inspection")).content.decode()
    assert sheet.number in page
    assert list(sheets_are_as_written()) == []


def test_a_user_publishes_nothing_as_the_system(newsroom):
    from meiri.newsroom.publication_checks import PublicationStopped

    article = a_draft(channel=a_channel("关注民生", "minsheng"))
    with publishing_unreviewed("命令行导入"), pytest.raises(PublicationStopped):
        publish(article, by=newsroom.chiefs[0])


class TestFastLane:
    def test_what_is_urgent_takes_two_hands_and_is_looked_at_again_by_a_third(self, newsroom):
        article = a_submitted(newsroom, title="大桥封闭")
        with pytest.raises(ReviewRefused):
            choose_fast_lane(article, "突发", newsroom.writer)
        choose_fast_lane(article, "突发事故", newsroom.editors[0])
        article = Article.objects.get(pk=article.pk)
        article.get_workflow().start(article, newsroom.writer)
        review(article, newsroom.editors[1])
        review(article, newsroom.chiefs[0])
        check = AfterCheck.objects.get(article=article)
        for by in (newsroom.editors[1], newsroom.chiefs[0], newsroom.writer):
            with pytest.raises(ReviewRefused):
                check_afterwards(check.pk, by)
        AfterCheck.objects.filter(pk=check.pk).update(due_at=timezone.now() - timedelta(minutes=1))
        assert tell_of_late_checks() == 1
        assert tell_of_late_checks() == 0
        assert Notice.objects.filter(member=newsroom.chiefs[1], text__contains="复核逾期").exists()
        assert "逾期没有复核" in warnings_of_reviews(newsroom.chiefs[0])[0]
        client = signed_in(newsroom.editors[2])
        assert "大桥封闭" in client.get(reverse("review_inbox")).content.decode()
        client.post(reverse("review_check", args=[check.pk]), {"deed": "wrong", "found": "桥名写错"})
        check.refresh_from_db()
        assert (check.done_by, check.found) == (newsroom.editors[2], "桥名写错")
        assert Entry.objects.filter(kind="review.checked_after").exists()

    def test_a_flash_is_urgent_by_itself(self, newsroom):
        article = a_submitted(newsroom, title="快讯一则", kind="flash")
        assert waiting(article).task.specific.chain.name == "快讯应急"


def test_a_late_review_is_told_once_to_those_who_may_do_it(newsroom):
    article = a_submitted(newsroom, title="迟迟没有审的稿件")
    state = waiting(article)
    type(state).objects.filter(pk=state.pk).update(due_at=timezone.now() - timedelta(minutes=5))
    assert remind_of_late_reviews() >= 1
    told = set(Notice.objects.filter(text__contains="迟迟没有审的稿件").values_list("member", flat=True))
    assert newsroom.editors[0].pk in told
    assert newsroom.writer.pk not in told
    assert remind_of_late_reviews() == 0


def test_an_exception_is_listed_for_inspection(newsroom):
    article = a_submitted(newsroom, title="例外的稿件")
    grant_exception(article, "停电，终审人电话同意", newsroom.chiefs[1])
    page = signed_in(newsroom.chiefs[0]).get(reverse("review_inspection")).content.decode()
    assert "停电，终审人电话同意" in page
    assert Entry.objects.filter(kind="review.exception").exists()


def test_what_was_held_back_and_taken_later_by_the_same_person_stands_once(newsroom):
    article = a_submitted(newsroom)
    for hand in newsroom.hands[:5]:
        review(article, hand)
    review(article, newsroom.chiefs[0], ReviewVerdict.HOLD, opinion="等通稿")
    Article.objects.get(pk=article.pk).current_workflow_state.resume(newsroom.writer)
    review(article, newsroom.chiefs[0])
    told = json.loads(ReviewSheet.objects.get(article=article.pk).document)
    assert [(one["step"], one["verdict"]) for one in told["reviews"] if one["stands"]] == [
        ("一校", "采用"), ("初审", "采用"), ("二校", "采用"), ("复审", "采用"), ("三校", "采用"), ("终审", "采用"),
    ]  # fmt: skip
    assert [one["stands"] for one in told["reviews"] if one["verdict"] == "待用"] == [False]
