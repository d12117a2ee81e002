"""What becomes of a picture that readers see: withdrawn everywhere in one deed, with a line and a receipt; restored; its words
corrected. By the doors of the admin, on a node that stores its pages."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import Page

from meiri.changes.models import PublishedChange, WithdrawalReceipt
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import MagazineIssuePage
from meiri.journal.models import Entry
from meiri.live.directing import announce_coverage, move_coverage
from meiri.live.models import Coverage, CoverageState, LiveEntry
from meiri.live.reporting import write_entry
from meiri.media.models import Picture
from meiri.media.withdrawing_pictures import withdraw_picture
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Listing
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.roles import REPORTERS
from meiri.outbound import OutboundResponse
from meiri.staff.models import PressCard
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    create_pages()


@pytest.fixture
def desk(initial_data):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    return client


@pytest.fixture
def picture(initial_data, django_capture_on_commit_callbacks) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(out, "PNG")
    file = ContentFile(out.getvalue(), "shan.png")
    # What is stored is committed, as where an editor uploads it: a test with a data folder of its own finds it in the bucket.
    with django_capture_on_commit_callbacks(execute=True):
        return Picture.objects.create(title="山", caption="秋天的的山", credit="林晚舟 摄", file=file)


@pytest.fixture
def places(picture) -> dict[str, str]:
    """The addresses of pages of several kinds that show the picture."""
    block = ("image", {"image": picture, "caption": "山里的路", "credit": ""})
    article = an_article("有图的稿件", text=[("text", "<p>文字。</p>"), block], picture=picture)
    coverage = announce_coverage(Coverage(title="登山直播", channel=article.channel))
    move_coverage(coverage, CoverageState.LIVE)
    write_entry(LiveEntry(coverage=coverage, title="到了山顶", body=[block]))
    piece = {
        "section": "封面故事", "title": "登山", "page": 4, "author": "", "summary": "", "picture": picture,
        "body": "<p>正文。</p>",
    }  # fmt: skip
    issue = MagazineIssuePage(
        title="一期", slug="2026-01", number="第1期", cover=picture, contents=[("entry", piece)]
    )
    Page.objects.get(slug="zazhi").add_child(instance=issue)
    issue.save_revision().publish()
    return {
        "article": article.get_absolute_url(),
        "live": coverage.get_absolute_url(),
        "issue": "/zazhi/2026-01/",
        "piece": "/zazhi/2026-01/1/",
        "channel": article.channel.get_absolute_url(),
        "feed": f"{article.channel.get_absolute_url()}rss.xml",
    }


def test_a_picture_is_withdrawn_everywhere_in_one_deed_and_restored(
    desk, picture, places, stored_pages, django_capture_on_commit_callbacks
):
    reader = Client()
    stored_pages.catch_up()
    stem = picture.stored_sizes().stem.rpartition("/")[2]
    for name, address in places.items():
        assert stem in reader.get(address).content.decode(), name
    files = [picture.file.name, *picture.stored_sizes().names()]
    address = reverse("media_take_down_picture", args=[picture.pk])
    before = desk.get(address).content.decode()
    for words in ("出现在 ", "有图的稿件", "到了山顶", "一期", places["article"]):
        assert words in before
    assert "必填" in desk.post(address, {"reason": " "}).content.decode()
    count = Entry.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(address, {"reason": "著作权人来函"})
    assert [entry.kind for entry in Entry.objects.order_by("sequence")[count:]] == ["picture.withdrawn"]
    stored_pages.catch_up()
    for name, place in places.items():
        page = reader.get(place).content.decode()
        assert stem not in page, name
        assert 'src=""' not in page, name
        assert "秋天的的山" not in page, name
        if name in ("article", "live", "issue", "piece", "feed"):
            assert "图片已撤下：著作权人来函" in page, name
    assert [name for name in files if default_storage.exists(name)] == []
    assert not Listing.objects.filter(place_kind=PlaceKind.PICTURED).exists()
    assert desk.get(f"/admin/images/{picture.pk}/").status_code == 200
    told = reader.get(reverse("changes", args=["picture", picture.pk])).content.decode()
    assert "著作权人来函" in told

    WithdrawalReceipt.objects.update(due_at=timezone.now())

    def fetch(address):
        found = reader.get(address)
        content = b"".join(found.streaming_content) if found.streaming else found.content
        return OutboundResponse(found.status_code, {}, content, True)

    receipt = WithdrawalReceipt.objects.get()
    assert len(receipt.places) >= len(places)
    while check_due_receipts(fetch):
        WithdrawalReceipt.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    receipt.refresh_from_db()
    assert {place["state"] for place in receipt.places} == {"gone"}, receipt.places
    assert receipt.in_words in desk.get(answer.url).content.decode()

    stale = picture  # as somebody read it before
    stale.title = "山路"
    stale.save()
    restore = reverse("media_restore_picture", args=[picture.pk])
    assert desk.post(restore, {"reason": ""}).status_code == 422
    stale = Picture.objects.get()
    desk.post(restore, {"reason": "已取得授权"})
    stale.title = "山里的路"
    stale.save()
    stored_pages.catch_up()
    stem = Picture.objects.get().stored_sizes().stem.rpartition("/")[2]
    for name, place in places.items():
        assert stem in reader.get(place).content.decode(), name
    assert Listing.objects.filter(place_kind=PlaceKind.PICTURED).exists()
    kinds = list(PublishedChange.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["withdrawn", "restored"]
    assert "没有撤下" in desk.post(restore, {"reason": "再来"}).content.decode()


@pytest.mark.parametrize("destroy", [{}, {"destroy": "on"}])
def test_pictures_of_coverages_and_of_press_cards_are_taken_down_as_well(desk, picture, destroy):
    coverage = announce_coverage(Coverage(title="登山直播", channel=a_channel(), picture=picture))
    until = timezone.localdate()
    card = PressCard.objects.create(
        number="B1", name="周行", photograph=picture, unit="采编部", role="记者", valid_until=until
    )
    shown_by = {coverage.content_key, card.content_key}
    take_down = reverse("media_take_down_picture", args=[picture.pk])
    count = Entry.objects.count()
    assert desk.post(take_down, {"reason": "肖像权人来函"} | destroy).status_code == 302
    assert shown_by <= set(Entry.objects.order_by("sequence")[count].keys)
    if not destroy:
        restore = reverse("media_restore_picture", args=[picture.pk])
        assert desk.post(restore, {"reason": "已取得同意"}).status_code == 302
        assert shown_by <= set(Entry.objects.order_by("sequence").last().keys)


def test_nothing_is_told_below_a_map_or_a_comparison_whose_picture_is_withdrawn(picture):
    words = {"caption": "林场的位置", "credit": "林晚舟 制"}
    with picture.file.open("rb") as file:
        other = Picture.objects.create(title="谷", caption="山谷", file=ContentFile(file.read(), "gu.png"))
    labels = {"before_label": "去年", "after_label": "今年"}
    article = an_article(
        "有地图的稿件",
        summary="摘要。",
        text=[
            ("map", {"image": picture, "review_number": "GS(2024)0650号", **words}),
            ("before_after", {"before": other, "after": picture, **labels, **words}),
        ],
    )
    pages = [article.get_absolute_url(), f"{article.channel.get_absolute_url()}rss.xml"]
    told = ("林场的位置", "林晚舟 制", "秋天的的山")
    for page in pages:
        assert told[0] in Client().get(page).content.decode(), page
    withdraw_picture(picture, "著作权人来函")
    for page in pages:
        shown = Client().get(page).content.decode()
        assert [words for words in told if words in shown] == [], page
        assert shown.count("图片已撤下：著作权人来函") == 2, page


def test_words_of_a_picture_are_repaired_or_corrected_with_a_trace(desk, picture, places):
    reader = Client()
    address = f"/admin/images/{picture.pk}/"
    fields = {"title": "山", "credit": "林晚舟 摄", "description": "", "collection": 1, "tags": ""}
    assert "修改原因" in desk.get(address).content.decode()

    def save(caption, kind="", reason=""):
        picture.refresh_from_db()
        given = {"caption": caption, "change_kind": kind, "change_reason": reason}
        return desk.post(address, fields | given).content.decode()

    assert "这不是小改：数字改了" in save("2025年秋天的山", "small", "改错字")
    assert "请写明修改了什么" in save("秋天的山", "correction")
    save("秋天的山", "small", "漏字")
    assert not PublishedChange.objects.filter(kind="correction").exists()
    save("冬天的山", "correction", "季节有误")
    shown = reader.get(places["article"]).content.decode()
    assert "冬天的山" in shown
    history = reverse("changes", args=["picture", picture.pk])
    assert history in shown
    told = reader.get(history).content.decode()
    for words in ("小改", "漏字", "更正", "季节有误", "图片说明"):
        assert words in told
    assert "秋天的山" not in told
    assert "秋天的山" in desk.get(reverse("changes_of_thing", args=["picture", picture.pk])).content.decode()


def test_who_may_not_take_it_down_neither_withdraws_nor_restores(picture, places):
    reporter = Client()
    reporter.force_login(member_of(REPORTERS))
    reporter.post(reverse("media_take_down_picture", args=[picture.pk]), {"reason": "试试"})
    picture.refresh_from_db()
    assert picture.withdrawn_at is None
    withdraw_picture(picture, "著作权人来函")
    reporter.post(reverse("media_restore_picture", args=[picture.pk]), {"reason": "试试"})
    picture.refresh_from_db()
    assert picture.withdrawn_at
