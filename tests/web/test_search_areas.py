"""One search page for everything that readers may see: areas as links with counts that are true."""

import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest
from wagtail.models import PageViewRestriction

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import TopicIndexPage, TopicPage
from meiri.letters.handling import answer_letter
from meiri.letters.published_letters import publish_letter, withdraw_letter
from meiri.newsroom.publishing import withdraw
from meiri.search import index as indexes
from meiri.search.area_indexing import areas_up_to_date
from meiri.search.areas import areas
from meiri.search.index import Unavailable, ask_index
from meiri.staff.models import PressCard
from meiri.web import search_areas
from tests.letters.letters_factory import a_letter, someone
from tests.newsroom_factory import a_draft, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, search_index):
    """The main part of a page of results, with everything indexed."""

    def ask(edition: str = "", status: int = 200, **asked) -> str:
        search_index.catch_up()
        assert areas_up_to_date()
        answer = client.get(f"{edition}/search/?{urlencode(asked)}")
        assert answer.status_code == status
        return answer.content.decode().partition("<main")[2].partition("</main>")[0]

    return ask


def counts(page: str) -> dict[str, str]:
    """What the areas' links say, by their names."""
    nav = page.partition('class="search-areas"')[2].partition("</nav>")[0]
    found = re.findall(r"<a[^>]*>([^<]*?)\s*(?:<span>([0-9,]+)</span>)?</a>", nav, re.DOTALL)
    return {name.strip(): count for name, count in found}


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", title) for title in re.findall(r"<h3>(.*?)</h3>", page, re.DOTALL)]


def a_published_letter(subject="渡口的路灯不亮", text="东门渡口的路灯不亮。", answer="路灯已经修好。"):
    letter, editor = a_letter(subject=subject, text=text), someone("handle_letter")
    answer_letter(letter, answer, editor, "示例市城管局")
    return publish_letter(letter, editor, text, answer, subject)


def a_topic_page(name="渡口新生", slug="dukou", **fields):
    create_pages()
    page = TopicPage(title=name, slug=slug, topic=a_topic(name, slug), **fields)
    return TopicIndexPage.objects.get().add_child(instance=page)


def test_each_area_says_how_many_it_has_and_shows_them(page):
    an_article("渡口的清晨", picture=a_picture(caption="渡口晨雾"))
    an_article("渡口夜航")
    a_published_letter()
    a_topic_page(intro="老渡口改造的前前后后。")
    first = page(q="渡口")
    expected = {
        "稿件": "2",
        "图片": "1",
        "作者": "0",
        "专题": "1",
        "群众来信": "1",
        "每日新闻杂志": "0",
    }
    assert counts(first) == expected
    for area, shown in (("letters", "渡口的路灯不亮"), ("topics", "渡口新生")):
        found = page(q="渡口", area=area)
        assert titles(found) == [shown]
        assert counts(found) == expected
        assert "<mark>渡口</mark>" in found
    pictures = page(q="渡口", area="pictures")
    assert "渡口</mark>的清晨" in pictures.replace("<wbr>", "")
    assert "夜航" not in pictures
    assert "没有找到" in page(q="渡口", area="magazine")


def test_links_lead_to_the_areas_and_keep_what_was_asked_for(page):
    an_article("渡口的清晨")
    first = page(q="渡口", sort="newest")
    links = [unescape(link) for link in re.findall(r'href="(\?[^"]*area=[^"]*)"', first)]
    assert [
        f"?{urlencode({'q': '渡口', 'area': name})}"
        for name in ("pictures", "authors", "topics", "letters", "magazine")
    ] == links
    assert 'name="area" value="letters"' in page(q="渡口", area="letters")
    assert titles(page(q="渡口", area="nowhere")) == ["渡口的清晨"]


def test_letters_are_found_by_what_was_printed_and_by_nothing_else(page):
    letter = a_published_letter()
    a_letter(subject="渡口没有公开的信", text="渡口")
    assert counts(page(q="渡口"))["群众来信"] == "1"
    assert counts(page(q="城管局"))["群众来信"] == "1"
    assert counts(page(q="林晚舟"))["群众来信"] == "0"
    withdraw_letter(letter, "内容有误", someone("handle_letter"))
    assert counts(page(q="渡口"))["群众来信"] == "0"


def test_a_topic_that_may_harm_minors_is_found_by_its_name_alone(page):
    a_topic_page("渡口旧案", "jiuan", intro="血腥的细节", minors_risk="imitation")
    assert titles(page(q="渡口旧案", area="topics")) == ["渡口旧案"]
    found = page(q="血腥的细节", area="topics")
    assert titles(found) == []


def test_topics_that_are_hidden_private_renamed_or_deleted_are_not_found(page):
    hidden, gone, private = (
        a_topic("渡口内部", "neibu"),
        a_topic("渡口旧题", "jiuti"),
        a_topic_page("渡口密件", "mijian"),
    )
    assert counts(page(q="渡口"))["专题"] == "3"
    hidden.visible = False
    hidden.save()
    gone.delete()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    found = page(q="渡口", area="topics")
    assert (titles(found), counts(found)["专题"]) == ([], "0")


class TestAuthors:
    def test_are_found_by_name_by_how_it_is_read_and_by_what_they_do(self, page):
        author = an_author("欧阳锋铭", "ouyang", role="驻站记者", bio="写山里的茶。")
        an_article("春茶开采", authors=[author])
        for words in ("欧阳锋铭", "锋铭", "ouyangfengming", "驻站记者", "山里的茶"):
            found = page(q=words, area="authors")
            assert titles(found) == ["欧阳锋铭"], words
            assert counts(found)["作者"] == "1"
            assert 'href="/author/ouyang/"' in found

    def test_stand_beside_the_articles_on_the_first_page_alone(self, page):
        an_article("春茶开采", authors=[an_author("欧阳锋铭", "ouyang")])
        found = page(q="欧阳锋铭")
        assert titles(found) == ["欧阳锋铭", "春茶开采"]
        assert counts(found)["稿件"] == "1"
        narrowed = page(q="欧阳锋铭", channel="keji")
        assert titles(narrowed) == ["春茶开采"]

    def test_who_has_published_nothing_or_nothing_any_more_is_not_found(self, page):
        author = an_author("欧阳锋铭", "ouyang")
        assert titles(page(q="欧阳锋铭", area="authors")) == []
        a_draft("写到一半", authors=[author])
        assert titles(page(q="欧阳锋铭", area="authors")) == []
        article = an_article("春茶开采", authors=[author])
        assert titles(page(q="欧阳锋铭", area="authors")) == ["欧阳锋铭"]
        withdraw(article, "来源有误")
        found = page(q="欧阳锋铭", area="authors")
        assert (titles(found), counts(found)["作者"]) == ([], "0")

    def test_one_who_is_called_otherwise_now_is_found_by_the_new_name(self, page):
        author = an_author("欧阳锋铭", "ouyang")
        an_article("春茶开采", authors=[author])
        assert titles(page(q="欧阳锋铭", area="authors")) == ["欧阳锋铭"]
        author.name = "司徒雨声"
        author.save()
        assert titles(page(q="欧阳锋铭", area="authors")) == []
        assert titles(page(q="司徒雨声", area="authors")) == ["司徒雨声"]

    def test_a_name_is_converted_as_a_name(self, page):
        """As a word 范 would be 範."""
        an_article("春茶开采", authors=[an_author("范松", "fan")])
        assert titles(page("/zh-hant", q="范松", area="authors")) == ["范松"]

    def test_whose_name_has_one_character_of_it_is_not_found(self, page):
        an_article("春茶开采", authors=[an_author("梁馆山", "liang", bio="喜爱图画和书本")])
        assert titles(page(q="图书馆", area="authors")) == []

    def test_bearers_of_press_cards_are_not_listed(self, page):
        PressCard.objects.create(
            number="B1", name="欧阳锋铭", unit="总编室", role="记者", valid_until=date(2030, 1, 1)
        )
        assert titles(page(q="欧阳锋铭", area="authors")) == []


def test_one_character_of_a_word_is_no_hit(page, client):
    """图书馆 lists nothing that has 馆 alone, nor 电池 a story about lifts (电梯); and what is counted is what is listed."""
    an_article("县城图书馆把灯光延到深夜", text="读者很多。")
    an_article("茶馆里的早晨", text="老人看书，孩子画图。")
    an_article("六层老楼装上电梯", text="池塘边的楼。")
    assert titles(page(q="图书馆")) == ["县城图书馆把灯光延到深夜"]
    assert titles(page(q="电池")) == []
    for words, total in (("图书馆", 1), ("电池", 0)):
        answer = client.get(f"/api/v1/search/?q={words}").json()
        assert (answer["total"], len(answer["results"])) == (total, total)


def test_pictures_keep_what_may_harm_minors_and_what_was_taken_down_away(page):
    an_article("渡口现场", minors_risk="imitation", picture=a_picture())
    picture = a_picture("晨雾", caption="乌篷船靠岸")
    an_article("渡口的清晨", picture=picture)
    assert counts(page(q="渡口"))["图片"] == "1"
    assert counts(page(q="乌篷船"))["图片"] == "1"
    picture.caption = "渔火"
    picture.save()
    assert counts(page(q="渔火"))["图片"] == "1"
    assert counts(page(q="乌篷船"))["图片"] == "0"


def test_areas_are_found_in_traditional_script_too(page):
    a_published_letter("关于东门路灯的建议", "东门的路灯不亮。")
    found = page("/zh-hant", q="東門路燈", area="letters")
    assert "關於" in found.replace("<mark>", "").replace("</mark>", "").replace("<wbr>", "")


def test_pages_of_an_area_lead_on_and_back(page, monkeypatch):
    monkeypatch.setattr("meiri.web.search.SHOWN", 2)
    for n in range(5):
        a_topic(f"渡口之{'一二三四五'[n]}", f"dukou-{n}")
    seen, address = [], {"q": "渡口", "area": "topics"}
    for _ in range(3):
        found = page(**address)
        assert counts(found)["专题"] == "5"
        seen += titles(found)
        following = re.findall(r'rel="next" href="\?([^"]*)"', found)
        if following:
            address = dict(pair.split("=") for pair in unescape(following[0]).split("&"))
            address = {"q": "渡口", "area": "topics", "after": address["after"]}
    assert following == []
    assert len(set(seen)) == 5


def test_an_index_of_another_version_or_damaged_is_built_anew_by_itself(page, monkeypatch):
    a_published_letter()
    assert counts(page(q="渡口"))["群众来信"] == "1"
    area = next(area for area in areas() if area.name == "letters")
    first = area.store.current
    monkeypatch.setattr(indexes, "FORMAT", indexes.FORMAT + 1)
    with pytest.raises(Unavailable):
        ask_index(lambda searcher: searcher.num_docs, area.store)
    assert counts(page(q="渡口"))["群众来信"] == "1"
    assert area.store.current != first
    (area.store.current / "meta.json").unlink()
    with pytest.raises(Unavailable):
        ask_index(lambda searcher: searcher.num_docs, area.store)
    assert counts(page(q="渡口"))["群众来信"] == "1"


def test_an_area_that_is_being_built_says_so_and_spoils_no_other(client, search_index):
    an_article("渡口的清晨")
    search_index.catch_up()
    found = client.get("/search/?q=渡口").content.decode()
    assert counts(found)["群众来信"] == ""
    assert counts(found)["稿件"] == "1"
    assert client.get("/search/?q=渡口&area=letters").status_code == 503


def test_what_is_too_frequent_to_be_counted_at_once_has_no_number(page, monkeypatch):
    monkeypatch.setattr("meiri.search.areas.COUNTED", 0)
    an_article("渡口的清晨")
    assert counts(page(q="渡口"))["图片"] == ""
    assert counts(page(q="渡口"))["稿件"] == "1"


def test_nothing_is_counted_where_nothing_is_asked_for(page):
    assert "search-areas" not in page()
    assert search_areas.asked_area("letters") == "letters"
