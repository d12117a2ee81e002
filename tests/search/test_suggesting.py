"""What is suggested while readers type."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.newsroom.publishing import withdraw
from meiri.search import directory
from meiri.search.suggesting import MOST_SUGGESTIONS, suggest
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, a_topic, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    directory.forget_names()
    yield
    directory.forget_names()


@pytest.fixture
def titles(search_index):
    def ask(typed: str) -> list[str]:
        search_index.catch_up()
        return [article.title for article in suggest(typed).articles]

    return ask


@pytest.fixture
def names(search_index):
    def ask(typed: str) -> list[tuple[str, str]]:
        search_index.catch_up()
        return [(name.kind, name.text) for name in suggest(typed).names]

    return ask


class TestTitles:
    @pytest.mark.parametrize(
        "typed", ["科", "科技", "科技创", "创新大会", "科技 开幕", " 科技　", "科技chuang", "科技c"]
    )
    def test_have_the_characters_that_were_typed(self, titles, typed):
        an_article("科技创新大会开幕")
        an_article("秋粮入库", text="科技创新大会开幕")
        assert titles(typed) == ["科技创新大会开幕"]

    @pytest.mark.parametrize(
        "typed", ["kej", "keji", "kejic", "kejichuang", "KeJiChuangX", "kjc", "kjcx", "cxd"]
    )
    def test_are_found_as_they_are_read(self, titles, typed):
        an_article("科技创新大会开幕")
        an_article("秋粮入库")
        assert titles(typed) == ["科技创新大会开幕"]

    @pytest.mark.parametrize("typed", ["5g", "５Ｇ", "5G基站", "基站 5g"])
    def test_in_any_width_and_case(self, titles, typed):
        an_article("山村用上5G基站")
        assert titles(typed) == ["山村用上5G基站"]

    def test_in_either_script(self, titles):
        an_article("臺灣老兵回鄉")
        assert titles("台湾") == titles("臺灣") == ["臺灣老兵回鄉"]

    def test_that_begin_so_come_first_then_the_newest(self, titles):
        now = timezone.now()
        an_article("看湿地", published_at=now - timedelta(days=1))
        an_article("湿地旧闻", published_at=now - timedelta(days=900))
        an_article("又见湿地", published_at=now - timedelta(days=2))
        an_article("湿地新客", published_at=now - timedelta(days=3))
        assert titles("湿地") == ["湿地新客", "湿地旧闻", "看湿地", "又见湿地"]

    def test_of_one_wording_are_shown_once(self, titles):
        an_article("天气预报")
        an_article("天气预报")
        assert titles("天气") == ["天气预报"]

    def test_of_drafts_and_withdrawn_articles_are_never_shown(self, titles):
        a_draft("湿地草稿")
        withdraw(an_article("湿地撤稿"), "来源失实")
        assert titles("湿地") == []


class TestNames:
    def test_of_sections_people_and_sources(self, names):
        a_channel()
        a_station()
        an_author()
        a_source("林海日报")
        assert names("科技") == names("keji") == names("kjqy") == [("channel", "科技前沿")]
        assert names("前沿") == [("channel", "科技前沿")]
        assert names("浙") == names("zhejiang") == names("zj") == [("station", "浙江")]
        assert names("lin") == [("author", "林晚舟"), ("source", "林海日报")]
        assert names("晚舟") == [("author", "林晚舟")]

    def test_of_topics_that_have_a_page(self, names):
        a_topic()
        assert names("秋收") == []

    def test_of_the_dictionary_where_articles_mention_them(self, names):
        assert names("复旦") == []
        an_article("甲", text="复旦大学招生。")
        assert names("复旦") == names("fudan") == [("name", "复旦大学")]

    def test_that_are_hidden_are_not_shown(self, names):
        a_channel("内部", "neibu", visible=False)
        assert names("内部") == []

    def test_follow_the_journal(self, names):
        channel = a_channel()
        assert names("科技") == [("channel", "科技前沿")]
        channel.name = "科学"
        channel.save()
        assert names("科技") == []
        assert names("科学") == [("channel", "科学")]

    def test_of_new_people_are_known_at_once(self, names):
        assert names("方知行") == []
        an_author("方知行", "fang")
        assert names("方知行") == [("author", "方知行")]

    def test_lead_to_a_page_or_a_search(self, search_index):
        a_channel()
        an_author()
        a_source('临江"晚报"社')
        addresses = [name.address for typed in ("科技", "林晚舟", "临江") for name in suggest(typed).names]
        assert addresses[:2] == ["/keji/", "/author/lin-wanzhou/"]
        assert addresses[2].startswith("/search/?q=%E6%9D%A5%E6%BA%90%3A%22")
        assert addresses[2].count("%22") == 2

    def test_in_many_blocks_are_all_found(self, names, monkeypatch):
        monkeypatch.setattr(directory, "BLOCK", 3)
        for n in range(8):
            an_author(f"林{'一二三四五六七八'[n]}舟", f"lin-{n}")
        assert {text for _, text in names("林")} == {f"林{n}舟" for n in "一二三四五六七八"}
        assert names("林八舟") == [("author", "林八舟")]


def test_there_are_few_in_all_and_they_cost_few_queries(search_index, django_assert_max_num_queries):
    for n in range(12):
        an_article(f"林区见闻{n}", authors=[an_author(f"林{'甲乙丙丁戊己庚辛壬癸子丑'[n]}", f"lin-{n}")])
    search_index.catch_up()
    suggest("林")
    with django_assert_max_num_queries(8):
        found = suggest("林")
    assert len(found.names) + len(found.articles) == MOST_SUGGESTIONS
    assert found.names
    assert found.articles


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.text(alphabet="科技zhangsxk5G \n\0的😀()*+?[\\^$.|'\"-:：，", max_size=60))
def test_no_text_is_an_error(search_index, text):
    suggest(text)
