"""Words of laid-out pages, official answers, pictures and live entries are corrected place by place, by the screen of the admin."""

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.models import Page

from meiri.changes.correcting_places import correct_places, spots_of_thing
from meiri.changes.exchanging_words import Amendment, WordExchange
from meiri.changes.models import PublishedChange
from meiri.changes.things import find_thing
from meiri.comments.models import Comment
from meiri.comments.moderation import answer_comment
from meiri.fronts.front_words import exchange_in_front
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import MagazineIssuePage, StandardPage, TopicPage
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import REPORTERS
from tests.live.live_factory import a_coverage, an_entry
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    create_pages()


@pytest.fixture
def chief(initial_data):
    return get_user_model().objects.create_superuser("chief", password="x")


@pytest.fixture
def desk(chief) -> Client:
    client = Client()
    client.force_login(chief)
    return client


def published(parent: str, page: Page) -> Page:
    Page.objects.get(slug=parent).add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.fixture
def rules(initial_data) -> StandardPage:
    body = '<p>来稿请寄城北路12号。</p><p><a href="https://example.org/城北路">城北路</a>&amp;城北路口</p>'
    contact = ("department", {"name": "投稿", "address": "城北路12号", "hours": "周一至周五"})
    return published("about", StandardPage(title="投稿须知", slug="tougao", body=body, departments=[contact]))


class Screen:
    """逐处更正 of one thing."""

    def __init__(self, desk: Client, word: str, number: int):
        self.desk, self.address = desk, reverse("correct_places", args=[word, number])

    def look(self, wrong: str, right: str, note: str = "") -> list[str]:
        """The places that are shown, each as what stands before it."""
        self.words = {"wrong": wrong, "right": right, "note": note}
        self.answer = self.desk.post(self.address, self.words)
        text = self.answer.content.decode()
        digest = re.search(r'name="digest" value="(\w+)"', text)
        self.digest = digest[1] if digest else ""
        return [place.strip() for place in re.findall(r'name="place"[^>]*>\s*([^<]*)<mark>', text)]

    def tick(self, *places: int) -> str:
        """What the screen says once these were ticked and sent."""
        sent = self.words | {"digest": self.digest, "place": places}
        return self.desk.post(self.address, sent, follow=True).content.decode()


def kinds_after(count: int) -> list[str]:
    return [entry.kind for entry in Entry.objects.order_by("sequence")[count:]]


def test_places_of_a_page_are_ticked_and_put_right_in_one_publication(desk, rules, client):
    screen, count = Screen(desk, "page", rules.pk), Entry.objects.count()
    assert screen.look("城北路", "城南路") == [
        "正文：来稿请寄",
        "正文：",
        "正文：&amp;",
        "地址：",
    ]
    assert "更正已刊登" in screen.tick(0, 3)
    assert kinds_after(count) == ["front.published"]
    shown = client.get("/about/tougao/").content.decode()
    assert "来稿请寄城南路12号。" in shown
    assert '<a href="https://example.org/城北路">城北路</a>&amp;城北路口' in shown
    assert "“城北路”应为“城南路”。" in shown
    rules.refresh_from_db()
    assert rules.departments[0].value["address"] == "城南路12号"
    change = PublishedChange.objects.latest("pk")
    assert (change.kind, change.by.username, change.parts) == ("correction", "chief", ["正文", "部门"])
    # Every version is Wagtail's: the form goes on from the corrected one.
    assert "城南路12号" in rules.get_latest_revision_as_object().body


def test_a_page_with_unpublished_changes_or_withdrawn_or_home_is_not_corrected(desk, rules):
    draft = StandardPage.objects.get(pk=rules.pk)
    draft.title = "投稿办法"
    draft.save_revision()
    assert Screen(desk, "page", rules.pk).look("城北路", "城南路") == []
    said = Screen(desk, "page", rules.pk)
    said.look("城北路", "城南路")
    assert "尚未发布的修改" in said.answer.content.decode()
    home = Page.objects.get(depth=2)
    screen = Screen(desk, "page", home.pk)
    screen.look("每日", "每天")
    assert "首页整天都在重新编排" in screen.answer.content.decode()
    rules.refresh_from_db()
    rules.unpublish()
    screen = Screen(desk, "page", rules.pk)
    screen.look("城北路", "城南路")
    assert "读者看不到更正" in screen.answer.content.decode()


def test_words_are_found_in_every_kind_of_block_of_topics_and_the_magazine(desk, initial_data):
    timeline = {"heading": "水库时间线", "events": [{"date": "2026-11-01", "text": "水库动工"}]}
    part = {
        "heading": "水库近况", "intro": "水库说明", "articles": [], "fills_with": "", "design": "standard",
    }  # fmt: skip
    topic = TopicPage(
        title="水库建设", slug="shuiku", kicker="水库", summary="水库摘要", intro="水库导语",
        body=[("text", "<p>水库<b>水库</b></p>"), ("timeline", timeline), ("articles", part)],
    )  # fmt: skip
    published("zhuanti", topic)
    places = Screen(desk, "page", topic.pk).look("水库", "湖泊")
    assert [place.partition("：")[0] for place in places] == [
        "标题", "引题", "摘要", "导语", "文字", "文字", "小标题", "事件", "小标题", "说明",
    ]  # fmt: skip
    piece = {
        "section": "封面", "title": "水库", "page": 4, "author": "水库", "summary": "", "picture": None,
        "body": "<p>水库</p>",
    }  # fmt: skip
    [cover] = Picture.objects.bulk_create([Picture(title="封", file="none.jpg", width=1, height=1)])
    issue = MagazineIssuePage(
        title="一期", slug="2026-01", number="第1期", cover=cover, words="水库", contents=[("entry", piece)]
    )
    published("zazhi", issue)
    screen = Screen(desk, "page", issue.pk)
    places = screen.look("水库", "湖泊")
    assert [place.partition("：")[0] for place in places] == ["卷首语", "标题", "作者", "正文"]
    assert "更正已刊登" in screen.tick(1, 3)
    issue.refresh_from_db()
    said = issue.contents[0].value
    assert (said["title"], said["author"], str(said["body"].source)) == ("湖泊", "水库", "<p>湖泊</p>")
    # What a field or a block can't hold is said before anything is published.
    screen.look("封面", "封" * 30)
    assert "内容：改后的文字太长" in screen.tick(0)


def test_an_official_answer_is_corrected_where_it_was_ticked(desk, chief, client):
    asked = Comment.objects.create(
        article=an_article("新学校"), name="读者", text="几时报名？", token_digest="1"
    )
    answer = answer_comment(asked, "9月1日报名，9月1日开学。", chief)
    screen, count = Screen(desk, "comment", answer.pk), Entry.objects.count()
    assert screen.look("9月1日", "8月25日", "开学日期不变") == ["内容：", "内容：9月1日报名，"]
    assert "更正已刊登" in screen.tick(0)
    answer.refresh_from_db()
    assert answer.text == "8月25日报名，9月1日开学。"
    assert kinds_after(count) == ["comment.answer_changed"]
    told = client.get(reverse("changes", args=["comment", answer.pk])).content.decode()
    assert "“9月1日”应为“8月25日”。开学日期不变" in told
    # Somebody's comment is no answer of the newsroom.
    screen = Screen(desk, "comment", asked.pk)
    screen.look("报名", "入学")
    assert "这不是读者看得到的官方回复" in screen.answer.content.decode()


def test_the_words_of_a_picture_are_corrected_where_it_stands(desk, client, initial_data):
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(out, "PNG")
    file = ContentFile(out.getvalue(), "qiao.png")
    picture = Picture.objects.create(
        title="桥", caption="大桥通车，大桥全长2公里", credit="林晚舟 摄", file=file
    )
    screen = Screen(desk, "picture", picture.pk)
    screen.look("大桥", "隧道")
    assert "没有用在读者看得到的地方" in screen.answer.content.decode()
    block = ("image", {"image": picture, "caption": "", "credit": ""})
    article = an_article("有图的稿件", text=[("text", "<p>文字。</p>"), block])
    count = Entry.objects.count()
    assert len(screen.look("大桥", "隧道")) == 2
    assert "更正已刊登" in screen.tick(1)
    picture.refresh_from_db()
    assert picture.caption == "大桥通车，隧道全长2公里"
    assert picture.corrected_at is not None
    assert len(kinds_after(count)) == 1
    shown = client.get(article.get_absolute_url()).content.decode()
    assert "大桥通车，隧道全长2公里" in shown
    assert (
        "“大桥”应为“隧道”。" in client.get(reverse("changes", args=["picture", picture.pk])).content.decode()
    )


def test_a_live_entry_is_corrected_where_it_was_ticked_and_says_so(desk, client, initial_data):
    entry = an_entry(a_coverage(), "第一车稻谷共12吨，第二车12吨。", title="12吨")
    screen, count = Screen(desk, "entry", entry.pk), Entry.objects.count()
    assert len(screen.look("12吨", "21吨")) == 3
    assert "更正已刊登" in screen.tick(0, 2)
    entry.refresh_from_db()
    assert (entry.title, entry.words.strip()) == ("21吨", "第一车稻谷共12吨，第二车21吨。")
    assert kinds_after(count) == ["coverage.entry_corrected"]
    shown = client.get(entry.get_absolute_url()).content.decode()
    assert "“12吨”应为“21吨”。" in shown


def test_what_changed_meanwhile_or_was_not_ticked_is_not_corrected(desk, rules):
    screen = Screen(desk, "page", rules.pk)
    screen.look("城北路", "城南路")
    said = screen.tick()
    assert "请勾选要改的地方" in said
    assert 'name="place"' in said
    assert "勾选的地方有误" in screen.tick(9)
    page = StandardPage.objects.get(pk=rules.pk)
    page.body = "<p>城北路，城北路。</p>"
    page.save_revision().publish()
    assert "请重新核对" in screen.tick(0)
    for wrong, right, words in (
        ("城北路", "城北路", "相同"),
        ("城北路", " ", "请写明"),
        ("城北路", "路" * 61, "60 字以内"),
    ):
        screen.look(wrong, right)
        assert words in screen.tick(0)
    screen.look("没有的字", "字")
    assert "没有找到" in screen.answer.content.decode()
    assert not PublishedChange.objects.filter(kind="correction").exists()


def test_who_may_not_change_a_thing_does_not_reach_its_screen(client, chief, rules):
    entry = an_entry(a_coverage(), "第一车12吨。")
    asked = Comment.objects.create(article=an_article("新学校"), name="读者", text="问", token_digest="1")
    answer = answer_comment(asked, "9月1日报名。", chief)
    client.force_login(member_of(REPORTERS))
    for word, row in (("page", rules), ("comment", answer), ("entry", entry)):
        address = reverse("correct_places", args=[word, row.pk])
        assert client.get(address).status_code == 302
        assert client.post(address, {"wrong": "1", "right": "2"}).status_code == 302
    assert client.get(reverse("correct_places", args=["article", 1])).status_code in (302, 404)


def test_a_walk_changes_nothing_where_nothing_is_ticked(rules):
    before = rules.serializable_data()
    looking = WordExchange("城北路", "城南路", ())
    exchange_in_front(rules, looking)
    assert rules.serializable_data() == before
    assert len(looking.spots) == 4


def test_the_system_corrects_without_a_person(rules):
    kind, row = find_thing("page", rules.pk)
    found = spots_of_thing(kind, row, "城北路")
    correct_places(kind, row, "城北路", "城南路", Amendment(frozenset({0}), found.digest))
    assert PublishedChange.objects.latest("pk").by is None
