"""What readers find, and what they are spared."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.newsroom.publishing import publish, withdraw
from meiri.search.finding import HitCursor, Sort, facets, find
from meiri.search.models import KnownName
from meiri.search.query import parse
from meiri.sections.models import Channel, Station
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(search_index):
    """The titles that a query finds, those that have all of it; or with `similar` those that have some."""

    def ask(text: str, sort: Sort = Sort.RELEVANCE, similar: bool = False) -> list[str]:
        search_index.catch_up()
        return [hit.article.title for hit in find(parse(text), sort, 50).hits if hit.similar == similar]

    return ask


class TestWords:
    def test_two_characters_in_mid_sentence(self, titles):
        an_article("我省加快推进科技创新体系建设")
        an_article("秋粮收购进度过半")
        assert titles("创新") == ["我省加快推进科技创新体系建设"]
        assert titles("科技创新") == ["我省加快推进科技创新体系建设"]

    def test_a_word_that_a_line_break_or_a_tag_cuts_in_two(self, titles):
        an_article("一", text="水<b>稻</b>进入收割期")
        an_article("二", text="水<br/>稻进入收割期")
        an_article("三", text="水\n稻进入收割期")
        assert set(titles("水稻")) == {"一", "二", "三"}

    def test_in_the_body_in_tags_in_names(self, titles):
        an_article("甲", text="湿地里来了<a href='/x/'>黑脸琵鹭</a>")
        an_article("乙", tags=["黑脸琵鹭"])
        an_article("丙", authors=[an_author("白鹭洲", "bai-luzhou")])
        an_article("丁", source=a_source("琵鹭观察"))
        assert set(titles("黑脸琵鹭")) == {"甲", "乙"}
        assert titles("白鹭洲") == ["丙"]
        assert titles("琵鹭观察") == ["丁"]

    def test_a_name_that_no_dictionary_knows(self, titles):
        an_article("欧阳锋铭谈茶", text="茶农欧阳锋铭说，今年春茶早。鄢炅昶也说早。")
        an_article("别的稿件", text="鄢姓不多见")
        assert titles("欧阳锋铭") == ["欧阳锋铭谈茶"]
        assert titles("鄢炅昶") == ["欧阳锋铭谈茶"]

    def test_either_script_finds_the_other(self, titles):
        an_article("台湾少年来浙江研学")
        an_article("臺灣老兵回鄉")
        assert set(titles("臺灣")) == {"台湾少年来浙江研学", "臺灣老兵回鄉"}
        assert set(titles("台湾")) == {"台湾少年来浙江研学", "臺灣老兵回鄉"}

    def test_full_width_and_capitals_are_the_same(self, titles):
        an_article("５Ｇ基站进山村")
        assert titles("5g") == titles("５Ｇ") == titles("5G") == ["５Ｇ基站进山村"]

    def test_a_word_that_is_too_long_for_the_index_is_no_error(self, titles):
        assert titles("a" * 200) == titles("x " + "b" * 121) == []

    def test_english_words_by_their_stem(self, titles):
        an_article("Villages rebuilt the dams")
        assert titles("rebuilt dam") == titles("village") == ["Villages rebuilt the dams"]

    def test_numbers_and_dates(self, titles):
        an_article("2025年粮食产量14298亿斤")
        an_article("1429条古道")
        assert titles("14298") == ["2025年粮食产量14298亿斤"]

    def test_emoji(self, titles):
        an_article("🐼宝宝满月")
        an_article("别的")
        assert titles("🐼") == ["🐼宝宝满月"]

    def test_a_word_said_everywhere(self, titles):
        an_article("山里的茶", text="好")
        an_article("海边", text="好")
        assert titles("的") == ["山里的茶"]


class TestOperators:
    def test_all_words_are_wanted_and_then_some(self, titles):
        an_article("湿地保护")
        an_article("湿地")
        an_article("耕地保护")
        assert titles("湿地 保护") == ["湿地保护"]
        assert set(titles("湿地 保护", similar=True)) == {"湿地", "耕地保护"}

    def test_a_phrase_stands_as_it_was_written(self, titles):
        an_article("甲", text="科技推动产业创新")
        an_article("乙", text="以科技创新推动")
        an_article("丙", text="科技，创新")
        assert titles('"科技创新"') == titles("“科技创新”") == ["乙"]
        assert set(titles("科技创新")) == {"甲", "乙", "丙"}

    def test_without(self, titles):
        an_article("湿地天鹅")
        an_article("湿地白鹭")
        assert titles("湿地 -天鹅") == ["湿地白鹭"]
        assert titles("湿地 -“天鹅”") == ["湿地白鹭"]

    def test_only_in_the_title(self, titles):
        an_article("丰收在望")
        an_article("秋天", text="丰收")
        assert titles("标题:丰收") == titles("title:丰收") == titles("标题：丰收") == ["丰收在望"]

    def test_by_source_author_channel_station(self, titles):
        an_article("甲", source=a_source("太湖日报"), authors=[an_author("林晚舟", "lin")])
        an_article("乙", channel=a_channel("要闻", "yaowen"), stations=[a_station()])
        assert titles("来源:太湖日报") == titles("作者:林晚舟") == ["甲"]
        assert titles("频道:要闻") == titles("channel:yaowen") == titles("地方站:浙江") == ["乙"]
        assert titles("-来源:太湖日报 频道:keji") == []

    def test_by_date(self, titles):
        an_article("甲", published_at=datetime(2025, 3, 31, 15, 59, 59, tzinfo=UTC))
        an_article("乙", published_at=datetime(2025, 3, 31, 16, tzinfo=UTC))
        assert titles("日期:2025-03") == titles("date:2025-03-31") == titles("日期:..2025-03-31") == ["甲"]
        assert titles("日期:2025-04..") == ["乙"]
        assert set(titles("日期:2025")) == {"甲", "乙"}

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(st.text(alphabet='ab 的湿地"“”-:：标题()*?~^|\\/[]{}!+&😀１,，\0\n', max_size=40))
    def test_no_text_is_an_error(self, search_index, text):
        found = find(parse(text))
        assert found.total == len(found.hits) == 0


class TestNames:
    def test_a_known_name_by_its_short_form_and_back(self, titles):
        an_article("北京大学招生")
        an_article("别的", text="北大荒的秋天")
        assert titles("北大") == ["北京大学招生", "别的"]
        assert titles("北大招生") == ["北京大学招生"]

    def test_the_editors_dictionary_counts_at_once(self, titles):
        an_article("每日新闻研究院成立")
        assert titles("报研院") == []
        KnownName.objects.create(name="每日新闻研究院", aliases="报研院")
        assert titles("报研院") == ["每日新闻研究院成立"]


class TestReadings:
    @pytest.mark.parametrize("letters", ["kjcx", "KJCX", "kejichuangxin", "chuangxin"])
    def test_a_title_by_how_it_is_read(self, titles, letters):
        an_article("科技创新大会开幕")
        an_article("秋粮入库")
        assert titles(letters) == ["科技创新大会开幕"]

    def test_words_are_read_as_they_are_in_their_place(self, titles):
        an_article("重庆银行业")
        assert titles("chongqing") == titles("cqyh") == ["重庆银行业"]

    def test_an_author_by_how_the_name_is_read(self, titles):
        an_article("甲", authors=[an_author("林晚舟", "lin")])
        assert titles("linwanzhou") == ["甲"]


class TestKeepingUp:
    def test_changes_and_withdrawals(self, titles):
        article = an_article("湿地初版")
        assert titles("湿地") == ["湿地初版"]
        article.title = "草原二版"
        publish(article)
        assert titles("湿地") == []
        assert titles("草原") == ["草原二版"]
        withdraw(article, "来源失实")
        assert titles("草原") == []

    def test_what_is_withdrawn_but_still_indexed_is_not_shown(self, search_index):
        article = an_article("湿地")
        search_index.catch_up()
        withdraw(article, "来源失实")
        assert find(parse("湿地")).hits == []

    def test_drafts_are_never_found(self, titles):
        a_draft("湿地草稿")
        an_article("湿地")
        assert titles("湿地") == ["湿地"]


class TestOrder:
    def test_titles_count_more_than_bodies(self, titles):
        an_article("别的", text="湿地。" * 3)
        an_article("湿地来了新客")
        assert titles("湿地") == ["湿地来了新客", "别的"]

    def test_of_equals_the_fresher_one(self, titles):
        now = timezone.now()
        an_article("湿地一", published_at=now - timedelta(days=900))
        an_article("湿地二", published_at=now - timedelta(days=1))
        an_article("湿地三", published_at=now - timedelta(days=400))
        assert titles("湿地") == ["湿地二", "湿地三", "湿地一"]
        assert titles("湿地", Sort.NEWEST) == ["湿地二", "湿地三", "湿地一"]

    @pytest.mark.parametrize("sort", list(Sort))
    def test_pages_hold_each_hit_once(self, search_index, sort):
        moment = timezone.now() - timedelta(days=1)
        wanted = {an_article("湿地", published_at=moment - timedelta(seconds=n // 5)).pk for n in range(23)}
        search_index.catch_up()
        shown, after = [], None
        while True:
            page = find(parse("湿地"), sort, 4, after)
            assert page.exact == 23
            shown += [hit.article.pk for hit in page.hits]
            if page.next is None:
                break
            after = HitCursor.parse(str(page.next), sort)
        assert len(shown) == 23
        assert set(shown) == wanted

    @given(st.integers(0, 10**5), st.integers(1, 9 * 10**18), st.integers(0, 9 * 10**18))
    def test_a_position_is_read_as_it_was_written(self, number, second, moment):
        assert HitCursor.parse(str(HitCursor(number, second)), Sort.RELEVANCE) == HitCursor(number, second)
        assert HitCursor.parse(str(HitCursor(moment)), Sort.NEWEST) == HitCursor(moment)

    @given(st.text(max_size=30))
    def test_any_other_text_is_no_position(self, text):
        for sort in Sort:
            position = HitCursor.parse(text, sort)
            assert position is None or isinstance(position.place, int)


def test_facets_say_where_the_articles_are(search_index):
    an_article("湿地一", stations=[a_station()], published_at=datetime(2024, 5, 1, tzinfo=UTC))
    an_article("湿地二", published_at=datetime(2025, 5, 1, tzinfo=UTC))
    an_article("湿地三", channel=a_channel("要闻", "yaowen"), published_at=datetime(2025, 6, 1, tzinfo=UTC))
    an_article("别的")
    search_index.catch_up()
    found = facets(parse("湿地"), Channel.objects.visible(), Station.objects.visible())
    assert [(f.value, f.articles) for f in found["channel"]] == [("keji", 2), ("yaowen", 1)]
    assert [(f.value, f.articles) for f in found["station"]] == [("zhejiang", 1)]
    assert [(f.value, f.articles) for f in found["year"]] == [("2025", 2), ("2024", 1)]
