"""Sub-columns (子栏目) of channels and stations, from the desk that makes them to the reader who looks through them."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS
from meiri.sections.models import Channel, Station, Subsection
from meiri.web import page_frame
from tests.newsroom.test_policy import member_of, signed_in, the_form
from tests.newsroom_factory import a_channel, a_station, an_article

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_sections_subsection:add"
EDIT = "wagtailsnippets_sections_subsection:edit"


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])
    create_desk("生活编辑", [a_channel("关注民生", "minsheng")])
    a_station()


@pytest.fixture
def desk(initial_data) -> Client:
    return signed_in(member_of("科技编辑"))


def a_subsection(name="航天", slug="hangtian", **fields) -> Subsection:
    if "station" not in fields:
        fields.setdefault("channel", a_channel())
    return Subsection.objects.create(name=name, slug=slug, **fields)


def of_form(**fields) -> dict:
    given = {"name": "航天", "slug": "hangtian", "order": 0, "design": "standard", "visible": "on"}
    return given | {name: getattr(value, "pk", value) for name, value in fields.items()}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("<wbr>", "")


def test_a_desk_keeps_the_sub_columns_of_its_own_channel(desk, client):
    desk.post(reverse(ADD), of_form(channel=Channel.objects.get(slug="keji")))
    made = Subsection.objects.get()
    assert made.get_absolute_url() == "/keji/hangtian/"
    other = Channel.objects.get(slug="minsheng")
    assert "选择" in desk.post(reverse(ADD), of_form(channel=other, slug="jiankang")).content.decode()
    strangers = signed_in(member_of("生活编辑"))
    assert strangers.get(reverse(EDIT, args=[made.pk])).status_code in (302, 403, 404)
    strangers.post(reverse(EDIT, args=[made.pk]), of_form(channel=other, name="改名"))
    assert Subsection.objects.get().name == "航天"
    again = desk.post(reverse(ADD), of_form(channel=made.channel, name="航天新闻")).content.decode()
    assert "已有子栏目用这个地址" in again
    neither = desk.post(reverse(ADD), of_form(slug="x")).content.decode()
    assert "选填一项" in neither
    assert Subsection.objects.count() == 1
    assert "/keji/hangtian/" in text(client, "/keji/")


def test_an_article_is_filed_under_sub_columns_of_its_own_places(desk, client):
    own, foreign = a_subsection(), a_subsection("健康", "jiankang", channel=a_channel("关注民生", "minsheng"))
    add = reverse("wagtailsnippets_newsroom_article:add")
    refused = desk.post(
        add, the_form(own.channel) | {"subsections": [own.pk, foreign.pk], "action-publish": "1"}
    )
    assert "“关注民生·健康”不是所属频道和地方站的子栏目" in refused.content.decode()
    desk.post(add, the_form(own.channel) | {"subsections": [own.pk], "action-publish": "1"})
    article = Article.objects.get(live=True)
    assert own.content_key in Entry.objects.latest("sequence").keys
    page = text(client, article.get_absolute_url())
    assert '<a href="/keji/hangtian/">航天</a>' in page
    front = text(client, "/keji/hangtian/")
    assert article.title in front
    assert front.count('aria-current="page"') >= 1
    assert article.title in text(client, "/keji/hangtian/rss.xml")
    assert "/keji/hangtian/" in text(client, "/sitemaps/sections.xml")
    assert client.get("/keji/jiankang/").status_code == 404
    choices = reverse("article_choices", args=["subsections"])
    offered = desk.get(choices, {"q": "", "channel": own.channel.pk}).json()["choices"]
    assert [choice["label"] for choice in offered] == ["科技前沿·航天"]
    assert desk.get(choices, {"q": ""}).json()["choices"] == []


def test_a_station_has_sub_columns_too(client, initial_data):
    station = Station.objects.get()
    own = a_subsection("社会", "shehui", station=station)
    here = an_article("本站社会新闻", stations=[station], subsections=[own])
    elsewhere = an_article("别处的稿件", subsections=[own])
    page = text(client, "/difang/zhejiang/shehui/")
    assert here.title in page
    assert elsewhere.title not in page
    assert here.title in text(client, "/difang/zhejiang/shehui/rss.xml")


def test_its_stored_front_is_made_anew_for_its_own_articles_alone(stored_pages, initial_data):
    own, other = a_subsection(), a_subsection("芯片", "xinpian")
    for one in (own, other):
        Client().get(one.get_absolute_url())
    an_article("探月新进展", subsections=[own])
    stored_pages.catch_up()
    assert "探月新进展" in text(Client(), "/keji/hangtian/")
    assert "探月新进展" not in text(Client(), "/keji/xinpian/")


def test_old_addresses_lead_to_the_new_ones(desk, client):
    own = a_subsection()
    article = an_article(subsections=[own])
    desk.post(reverse(EDIT, args=[own.pk]), of_form(channel=own.channel, slug="taikong"))
    for old, new in (
        ("/keji/hangtian/", "/keji/taikong/"),
        ("/keji/hangtian/rss.xml", "/keji/taikong/rss.xml"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer.get("Location")) == (301, new)
    chief = signed_in(member_of(CHIEFS))
    channel = reverse("wagtailsnippets_sections_channel:edit", args=[own.channel.pk])
    fields = {
        "name": "科技",
        "slug": "kj",
        "order": 0,
        "design": "standard",
        "visible": "on",
        "comment_policy": "review",
    }
    chief.post(channel, fields)
    page_frame.forget_frame()
    for old in ("/keji/hangtian/", "/keji/taikong/"):
        assert client.get(old).get("Location") == "/kj/taikong/"
    assert client.get("/keji/").get("Location") == "/kj/"
    assert article.title in text(client, "/kj/taikong/")
    # With articles in it, it stays in its channel.
    moved = chief.post(
        reverse(EDIT, args=[own.pk]), of_form(channel=a_channel("关注民生", "minsheng"), slug="taikong")
    )
    assert "不能移到别处" in moved.content.decode()


def test_records_and_the_api_know_it(client, tmp_path, initial_data):
    own = a_subsection()
    an_article("别的")
    article = an_article("探月新进展", subsections=[own])
    answer = client.get("/api/v1/articles/", {"subsection": "keji/hangtian"}).json()
    assert [line["id"] for line in answer["results"]] == [article.pk]
    assert client.get("/api/v1/articles/", {"subsection": "keji/meiyou"}).status_code == 400
    assert client.get(f"/api/v1/articles/{article.pk}/").json()["subsections"] == ["keji/hangtian"]
    listed = client.get("/api/v1/channels/").json()["results"][0]["subsections"]
    assert [one["path"] for one in listed] == ["keji/hangtian"]
    record = {"title": "导入的稿件", "channel": "keji", "body": "<p>正文一段，够长的一段文字。</p>",
              "subsections": ["keji/hangtian", "keji/meiyou"], "published_at": "2026-11-20T08:00:00+08:00"}  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n")
    call_command("import", str(path), "--publish", stdout=StringIO())
    assert "导入的稿件" in text(client, "/keji/hangtian/")


def test_search_narrows_to_it(client, search_index, initial_data):
    own = a_subsection()
    an_article("月球探测器着陆", text="探测器在月球着陆。", subsections=[own])
    an_article("海底探测器下潜", text="探测器在海底下潜。", subsections=[a_subsection("深海", "shenhai")])
    search_index.catch_up()
    page = text(client, "/search/?q=探测器&channel=keji")
    assert "subsection=keji%2Fhangtian" in page
    page = text(client, "/search/?q=探测器&channel=keji&subsection=keji/hangtian")
    assert "月球" in page.partition("<main")[2]
    assert "海底" not in page.partition("<main")[2]
    found = client.get("/api/v1/search/", {"q": "探测器", "subsection": "keji/shenhai"}).json()
    assert found["total"] == 1
    assert client.get("/api/v1/search/", {"q": "探测器 子栏目:航天"}).json()["total"] == 1
