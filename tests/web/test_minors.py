"""What may harm minors: a notice stands before it, and it stands where nobody comes across it."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from meiri.audience.hot import make_hot_list
from meiri.audience.models import HotRule
from meiri.audience.view_counts import add_views
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage, TopicPage
from meiri.fronts.notice_bars import NoticeBar, bars_in_force
from meiri.ingest.record_line import read_record
from meiri.journal.models import Entry
from meiri.newsroom.correcting import correct
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.sections.minors import MinorsRisk
from meiri.web import corrections, page_frame
from tests.caches import clear_caches
from tests.headlines import unbroken
from tests.live.live_factory import a_coverage, a_person, an_entry
from tests.newsroom_factory import a_channel, a_station, a_topic, an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db

NOTICE = "以下内容可能影响未成年人身心健康"
TITLE, WORDS = "高空攀爬者坠落受伤", "他从三十层楼顶"


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


def a_flagged(title=TITLE, **fields) -> Article:
    """Once in all lists, read more than any other, pinned; then flagged and published again."""
    fields = {"summary": f"{WORDS}坠落。", "text": f"{WORDS}坠下。", "picture": a_picture()} | fields
    article = an_article(title, **fields)
    article.minors_risk = MinorsRisk.IMITATION
    return publish(article)


def text(answer) -> str:
    return answer.content.decode()


def test_a_notice_stands_before_the_text_and_leads_to_it(client):
    article = a_flagged()
    address = article.get_absolute_url()
    notice = text(client.get(address))
    assert NOTICE in unbroken(notice)
    assert MinorsRisk.IMITATION.label in notice
    assert WORDS not in notice
    assert "/media/pictures/" not in notice
    assert "application/ld+json" not in notice
    assert "data-article" not in notice
    onward = f"{address.removesuffix('.html')}/quanwen.html"
    assert f'href="{onward}"' in notice
    whole = text(client.get(onward))
    assert f"{WORDS}坠下。" in whole
    assert "本文可能影响未成年人身心健康" in whole
    head = whole.partition("</head>")[0]
    assert WORDS not in head
    assert "/media/pictures/" not in head
    assert "ld+json" not in head
    assert "noindex" in head
    for edition in ("/zh-hant", "/zhangbei"):
        assert WORDS not in text(client.get(edition + address))
        assert "quanwen.html" in text(client.get(edition + address))
        assert "三十" in text(client.get(edition + onward))
    assert client.get(f"/poster/{article.pk}.jpg").status_code == 404
    assert client.get(f"/card/{article.pk}.jpg", {"quote": WORDS}).status_code == 404


def test_without_the_flag_the_text_has_one_address(client):
    article = an_article()
    address = article.get_absolute_url()
    answer = client.get(f"{address.removesuffix('.html')}/quanwen.html")
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_it_leaves_every_list_and_every_place_that_editors_chose(client):
    channel, station, topic = a_channel(), a_station(), a_topic()
    for n in range(4):
        an_article(
            f"平常的第{n}条", stations=[station], topics=[topic], tags=["攀爬"], picture=a_picture(),
            published_at=timezone.now() - timedelta(hours=n + 1),
        )  # fmt: skip
    create_pages()
    article = an_article(TITLE, stations=[station], topics=[topic], tags=["攀爬"], picture=a_picture())
    home = HomePage.objects.get()
    home.body = [
        ("top", {"lead": article, "channel": channel, "flashes": None}),
        ("carousel", {"title": "焦点", "pinned": [article], "count": 3}),
        ("channel", {"channel": channel, "shape": "lead", "pinned": [article]}),
        ("hot", {"title": "今日热点"}),
    ]
    home.save()
    add_views(article.pk, 9_000, timezone.now())
    HotRule.objects.create(article=article, deed=HotRule.Deed.PIN, place=1)
    bar = NoticeBar(text="突发", article=article, until=timezone.now() + timedelta(hours=1))
    bar.save()
    other = Article.objects.get(title="平常的第0条")
    addresses = [
        "/", "/keji/", "/difang/zhejiang/", "/gundong/", "/rss.xml", "/keji/rss.xml", "/atom.xml", "/feed.json",
        "/hot/", "/news-sitemap.xml", "/fragments/hot/", "/fragments/notices.css", "/zhangbei/", "/zh-hant/keji/",
        "/api/v1/articles/", "/api/v1/hot/", "/fragments/newest/keji/", other.get_absolute_url(),
    ]  # fmt: skip
    shown = {a: text(client.get(a)) for a in addresses}
    name = str(article.pk) + ".html"
    assert name in shown["/"]
    assert name in shown["/rss.xml"]
    assert name in shown["/hot/"] + shown["/fragments/hot/"]
    article.minors_risk = MinorsRisk.VALUES
    publish(article)
    keys = Entry.objects.order_by("-sequence").first().keys
    assert {"river", "channel:keji", "station:zhejiang", "pictures"} <= set(keys)
    clear_caches()
    for address in addresses:
        answer = client.get(address)
        assert name not in text(answer), address
        assert TITLE not in text(answer), address
    assert "平常的第0条" in text(client.get("/"))
    assert TITLE not in [entry.article.title for entry in make_hot_list()]
    assert bars_in_force() == []
    with pytest.raises(ValidationError, match="未成年人"):
        NoticeBar(text="突发", article=article, until=timezone.now() + timedelta(hours=1)).full_clean()
    # And back.
    article.minors_risk = ""
    publish(article)
    assert name in text(client.get("/keji/"))


def test_the_api_gives_its_text_only_where_it_is_asked_for(client):
    article = a_flagged()
    address = f"/api/v1/articles/{article.pk}/"
    told = client.get(address)
    assert WORDS not in text(told)
    assert told.json()["picture"] is None
    assert told.json()["minors_risk"] == "imitation"
    assert WORDS in client.get(address, {"minors": "shown"}).json()["body"]


def test_it_goes_out_and_comes_in_again_with_its_flag(tmp_path):
    a_flagged(stations=[a_station()])
    an_article()
    for given in ([], ["--channel", "keji"], ["--station", "zhejiang"]):
        file = tmp_path / "out.jsonl"
        call_command("export", str(file), *given)
        records = [json.loads(line) for line in file.read_text().splitlines()]
        flagged = [record for record in records if record["minors_risk"]]
        assert [record["title"] for record in flagged] == [TITLE]
    call_command("import", str(file), "--channel", "keji")
    assert read_record(json.dumps(flagged[0]))[1].minors_risk == "imitation"


def test_who_publishes_sets_it_and_who_only_writes_is_not_asked(client):
    create_newsroom()
    chief, reporter = a_person("chief", "主编"), a_person("reporter", "记者")
    add = reverse("wagtailsnippets_newsroom_article:add")
    for person, is_asked in ((chief, True), (reporter, False)):
        client.force_login(person)
        form = text(client.get(add))
        assert ('name="minors_risk"' in form) is is_asked, person


def test_a_topic_and_a_coverage_are_flagged_the_same_way(client):
    create_pages()
    from meiri.fronts.models import TopicIndexPage

    page = TopicPage(title="高空探险", slug="tanxian", intro="不要模仿的一组报道", minors_risk="imitation")
    TopicIndexPage.objects.get().add_child(instance=page)
    assert page.title not in text(client.get("/zhuanti/"))
    notice = text(client.get("/zhuanti/tanxian/"))
    assert NOTICE in unbroken(notice)
    assert page.intro not in notice
    assert page.intro in text(client.get("/zhuanti/tanxian/quanwen/"))
    page.minors_risk = ""
    page.save()
    assert page.intro in text(client.get("/zhuanti/tanxian/"))
    assert client.get("/zhuanti/tanxian/quanwen/")["Location"] == "/zhuanti/tanxian/"

    coverage = a_coverage("救援现场", summary="现场有伤者画面", minors_risk="values")
    entry = an_entry(coverage, "伤者被抬出。")
    entry.refresh_from_db()
    assert "救援现场" not in text(client.get("/zhibo/"))
    for address in (coverage.get_absolute_url(), entry.get_absolute_url()):
        notice = text(client.get(address))
        assert NOTICE in unbroken(notice)
        assert "伤者" not in notice
        assert coverage.text_address in notice
    assert "伤者被抬出。" in text(client.get(coverage.text_address))


def test_the_list_of_corrections_is_full_without_what_is_flagged_and_follows_the_flag(
    client, stored_pages, monkeypatch
):
    monkeypatch.setattr(corrections, "SHOWN", 3)
    plain = [an_article(f"第{n}篇") for n in range(4)]
    for article in plain:
        correct(article, wrong=f"{article.title}错", right="对")
    flagged = a_flagged()
    for n in range(5):
        correct(flagged, wrong=f"错{n}", right="对")
    stored_pages.catch_up()
    page = unbroken(text(client.get("/corrections/")))
    assert page.count('<article class="correction"') == 3
    assert TITLE not in page
    flagged = Article.objects.get(pk=flagged.pk)
    flagged.minors_risk = ""
    publish(flagged)
    stored_pages.catch_up()
    assert TITLE in unbroken(text(client.get("/corrections/")))
    flagged.minors_risk = MinorsRisk.IMITATION
    publish(flagged)
    stored_pages.catch_up()
    assert TITLE not in unbroken(text(client.get("/corrections/")))
