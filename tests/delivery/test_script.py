"""Sentences in traditional script: phrases, the words of the news, names, protected terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.delivery.script import TraditionalConverter, plain, simplified

ANY = st.text(st.characters(codec="utf-8"))
# With what OpenCC would end at, and what stands for protected words on their way through it.
AWKWARD = st.text(st.sampled_from("发a&\0\n台\U000f0000\U000f0001\U0010fffd\U0010ffff范"), max_size=12)


@pytest.mark.parametrize(
    ("simple", "traditional"),
    [
        ("他的头发白了，事业有了很大发展。", "他的頭髮白了，事業有了很大發展。"),
        ("面条煮好了，放在他面前。", "麵條煮好了，放在他面前。"),
        ("他姓范，她姓余，都是模范。", "他姓范，她姓余，都是模範。"),
        ("全程一百二十公里，运行里程再创新高。", "全程一百二十公里，運行里程再創新高。"),
        ("皇后离开之后，后宫冷清下来。", "皇后離開之後，後宮冷清下來。"),
        ("这件事与干部没有干系，衣服晾干了。", "這件事與幹部沒有干係，衣服晾乾了。"),
        ("心里的话，邻里之间。", "心裡的話，鄰里之間。"),
        ("台风登陆台湾，台上台下。", "颱風登陸臺灣，臺上臺下。"),
        ("一只船只能装十只羊。", "一隻船隻能裝十隻羊。"),
        ("信息、软件、网络、互联网", "資訊、軟體、網路、網際網路"),
        ("沪宁高速，沈阳，钟表，钟情", "滬寧高速，瀋陽，鐘錶，鍾情"),
    ],
)
def test_phrases_decide_over_characters(simple, traditional):
    assert TraditionalConverter().convert(simple) == traditional


@pytest.mark.parametrize(
    ("simple", "traditional"),
    [
        ("和平进程加快，支持民营经济。", "和平進程加快，支持民營經濟。"),
        ("援助对象是农民，项目已开工。", "援助對象是農民，項目已開工。"),
        ("局部地区有雨，发展循环经济。", "局部地區有雨，發展循環經濟。"),
        ("高级法院：司法程序公正。", "高級法院：司法程序公正。"),
        ("新闻发布会上刷新纪录。", "新聞發布會上刷新紀錄。"),
        ("密切联系群众，关注销量。", "密切聯繫群眾，關注銷量。"),
        ("点击：3 注销账号", "點擊：3 註銷帳號"),
        ("应用程序与小程序", "應用程式與小程式"),
        ("产业集群扩展，重载列车性能稳定。", "產業集群擴展，重載列車性能穩定。"),
        ("万象更新，价格回调。", "萬象更新，價格回調。"),
    ],
)
def test_words_of_the_news_are_not_taken_for_words_of_computing(simple, traditional):
    assert TraditionalConverter().convert(simple) == traditional


class TestNames:
    @pytest.mark.parametrize(
        ("name", "traditional"),
        [
            *(("范伟", "范偉"), ("余华", "余華"), ("于谦", "于謙"), ("姜文", "姜文"), ("钟南山", "鍾南山")),
            *(
                ("后羿", "后羿"),
                ("沈砚", "沈硯"),
                ("岳飞", "岳飛"),
                ("郁达夫", "郁達夫"),
                ("游本昌", "游本昌"),
            ),
            *(("曲婉婷", "曲婉婷"), ("种师道", "种師道"), ("台静农", "台靜農"), ("仇英", "仇英")),
            *(("王建党", "王建黨"), ("党建国", "党建國"), ("叶发", "葉發"), ("张岳", "張岳")),
        ],
    )
    def test_keep_their_surname_and_are_written_by_character(self, name, traditional):
        assert TraditionalConverter(names=[name]).convert(f"责任编辑：{name}　记者{name}报道") == (
            f"責任編輯：{traditional}　記者{traditional}報道"
        )

    def test_are_not_found_where_their_characters_belong_to_other_words(self):
        wording = TraditionalConverter(names=["于海", "余秋", "范文"])
        assert wording.convert("位于海边，由于海浪，业余秋游，规范文件") == (
            "位於海邊，由於海浪，業餘秋遊，規範文件"
        )

    def test_do_not_change_words_that_only_begin_like_them(self):
        assert TraditionalConverter(names=["余华"]).convert("剩余三十余人，范围") == "剩餘三十餘人，範圍"

    def test_that_are_no_names_change_nothing(self):
        assert (
            TraditionalConverter(names=["", "A", "新华社驻外记者"]).convert("新华社驻外记者")
            == "新華社駐外記者"
        )


class TestProtectedTerms:
    def test_are_written_as_editors_say_inside_longer_text(self):
        wording = TraditionalConverter([("悉尼", "雪梨"), ("云上周刊", "")])
        assert wording.convert("据云上周刊悉尼电") == "據云上周刊雪梨電"

    def test_the_longest_wins(self):
        wording = TraditionalConverter([("台", "台"), ("台湾", "台灣"), ("台湾海峡", "臺灣海峽")])
        assert wording.convert("台湾海峡、台湾、台北") == "臺灣海峽、台灣、台北"

    def test_win_over_names_and_over_words_of_the_news(self):
        wording = TraditionalConverter([("余华", "余华"), ("支持", "撐")], ["余华"])
        assert wording.convert("余华支持") == "余华撐"

    def test_nothing_of_a_pattern_is_meant_by_them(self):
        assert TraditionalConverter([("发.", "X"), ("(面", "")]).convert("发展(面条") == "發展(面條"


class TestQueries:
    @pytest.mark.parametrize(
        ("typed", "archive"), [("臺灣", "台湾"), ("頭髮 發展", "头发 发展"), ("余华", "余华")]
    )
    def test_characters_are_simplified(self, typed, archive):
        assert simplified(typed) == archive

    @pytest.mark.parametrize(
        "word", ["软件", "信息", "网络", "程序", "支持", "行程", "运行", "人工智能", "余华"]
    )
    def test_a_word_read_in_the_edition_finds_the_archives(self, word):
        assert plain(TraditionalConverter().convert(word)) == word


@given(st.lists(ANY | AWKWARD, max_size=6))
def test_texts_are_converted_together_as_they_would_be_apart(texts):
    wording = TraditionalConverter([("发展", "发展")], ["范伟"])
    assert wording.convert_all(texts) == [wording.convert(text) for text in texts]


@given(AWKWARD)
def test_characters_that_conversion_reserves_survive(text):
    kept = {"\0", "\U000f0000", "\U000f0001", "\U0010fffd", "\U0010ffff"}
    for convert in (TraditionalConverter([("台", "台")]).convert, simplified, plain):
        assert [c for c in convert(text) if c in kept] == [c for c in text if c in kept]


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_stays(text):
    assert TraditionalConverter([("发展", "")], ["范伟"]).convert(text) == text
