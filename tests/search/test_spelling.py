"""“您是不是要找”: what is offered to readers whose words find nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.newsroom.publishing import withdraw
from meiri.search import directory
from meiri.search.finding import find
from meiri.search.models import KnownName
from meiri.search.pinyin import SYLLABLES, slips
from meiri.search.query import parse
from meiri.search.spelling import MOST_MEANT, is_near, meant, slipped
from tests.newsroom_factory import a_channel, a_source, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    directory.forget_names()
    yield
    directory.forget_names()


@pytest.fixture
def offered(search_index):
    """What is offered for a query that finds nothing."""

    def ask(text: str, **filters) -> list[str]:
        search_index.catch_up()
        query = parse(text).within(**filters)
        assert find(query).exact == 0
        return meant(text, query)

    return ask


@pytest.fixture
def newsroom():
    an_article("我省加快推进科技创新体系建设")
    an_article("科技创新大会开幕")
    an_article("黄河流域生态保护见成效")
    an_article("乡村振兴看浙江")


class TestCharactersReadAlike:
    @pytest.mark.parametrize("wrong", ["科计创新", "科技窗新", "客机创新"])
    def test_are_put_right(self, offered, newsroom, wrong):
        assert offered(wrong)[0] == "科技创新"

    def test_two_of_them(self, offered, newsroom):
        assert offered("皇河") == ["黄河"]

    def test_inside_a_longer_text(self, offered, newsroom):
        an_article("中国科技创新大会昨日闭幕")
        assert offered("中国科计创新大会昨日闭幕") == ["中国科技创新大会昨日闭幕"]

    def test_of_several_words_only_the_wrong_one_changes(self, offered, newsroom):
        assert offered("科计 开幕 -闭幕") == ["科技 开幕 -闭幕"]

    def test_of_several_wrong_words_each(self, offered, newsroom):
        assert offered("皇河 升态") == ["黄河 生态"]


class TestOneOtherCharacter:
    @pytest.mark.parametrize("wrong", ["科技创行", "科拔创新", "科技技创新", "科技新体系", "斤技创新"])
    def test_that_is_wrong_too_many_or_missing(self, offered, newsroom, wrong):
        right = "科技创新体系" if "体系" in wrong else "科技创新"
        assert right in offered(wrong)

    def test_of_three_needs_a_word_or_a_sound(self, offered, newsroom):
        an_article("张禾民谈创业")
        assert offered("张六民") == []
        assert offered("张禾明") == ["张禾民"]

    @given(st.text(alphabet="科技创新体系", min_size=3, max_size=8), st.data())
    def test_is_told_from_more(self, text, data):
        place = data.draw(st.integers(0, len(text) - 1))
        assert is_near(text[:place] + "省" + text[place + 1 :], text)
        assert is_near(text[:place] + "省" + text[place:], text)
        assert is_near(text, text[:place] + "省" + text[place:])
        assert not is_near(text, text)
        assert not is_near(f"省{text}区", text)


class TestPinyinWithASlip:
    @pytest.mark.parametrize(
        "letters",
        ["kejichuangxn", "kejichuangxing", "kejcihuangxin", "kejicuangxin", "kejjichuangxin", "KEJICHUANGXN"],
    )
    def test_is_read_as_it_was_meant(self, offered, newsroom, letters):
        assert offered(letters) == ["科技创新"]

    def test_leads_to_names(self, offered, newsroom):
        an_article("甲", authors=[an_author("林晚舟", "lin")])
        assert offered("linwanzhuo") == ["林晚舟"]

    @settings(max_examples=60)
    @given(st.lists(st.sampled_from(sorted(SYLLABLES - {"a", "e", "o"})), min_size=2, max_size=3), st.data())
    def test_every_slip_inside_a_syllable_is_undone(self, syllables, data):
        place = data.draw(st.integers(0, len(syllables) - 1))
        wrong = data.draw(st.sampled_from(sorted(set(slips(syllables[place])) - {""})))
        letters = "".join([*syllables[:place], wrong, *syllables[place + 1 :]])
        read = {"".join(way) for way in slipped(letters)}
        assert "".join(syllables) in read or letters == "".join(syllables)


class TestNames:
    def test_of_people_sources_and_sections(self, offered, newsroom):
        a_channel("深度观察", "shendu")
        an_article("甲", authors=[an_author("欧阳锋铭", "ouyang")], source=a_source("太湖日报"))
        assert offered("欧阳峰鸣") == ["欧阳锋铭"]
        assert offered("太胡日报") == ["太湖日报"]
        # There is a section of this name, but no article that says it.
        assert offered("深度观茶") == []

    def test_of_the_editors_dictionary(self, offered, newsroom):
        an_article("甲", text="每日新闻研究院成立。")
        assert offered("每日新闻研究员") == []
        KnownName.objects.create(name="每日新闻研究院", aliases="报研院")
        assert offered("每日新闻研究员") == ["每日新闻研究院"]

    def test_that_are_new_count_at_once(self, offered, newsroom):
        assert offered("欧阳峰鸣") == []
        an_article("甲", authors=[an_author("欧阳锋铭", "ouyang")])
        assert offered("欧阳峰鸣") == ["欧阳锋铭"]


class TestOffers:
    def test_find_something_with_the_filters_that_were_set(self, offered, newsroom):
        a_channel("要闻", "yaowen")
        assert offered("科计创新", channel="keji") == ["科技创新"]
        assert offered("科计创新", channel="yaowen") == []

    def test_are_not_made_of_what_is_gone(self, offered):
        withdraw(an_article("黄河流域"), "来源失实")
        assert offered("皇河流域") == []

    @pytest.mark.parametrize("text", ['"科计创新"', "标题:科计创新", "-科计创新", "日期:2020"])
    def test_are_for_plain_queries(self, offered, newsroom, text):
        assert offered(text) == []

    def test_are_few_and_cost_few_queries(self, offered, newsroom, django_assert_max_num_queries):
        for other in ("同", "铜", "桐", "童", "瞳"):
            an_article(f"梧{other}树下")
        assert 0 < len(offered("梧佟树下")) <= MOST_MEANT
        with django_assert_max_num_queries(25):
            meant("梧佟树下", parse("梧佟树下"))

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(st.text(alphabet='科计创新湿第的abkejixn "-:：()*1，😀\n', max_size=30))
    def test_no_text_is_an_error_and_none_is_offered_itself(self, search_index, text):
        if not find(parse(text)).exact:
            assert text not in meant(text, parse(text))


@pytest.mark.parametrize("text", ["科计创新" * 20, "kejichuangxn" * 4, "a" * 200, "计" * 200])
def test_long_texts_are_answered(offered, newsroom, text):
    a_station()
    assert offered(text) == []
