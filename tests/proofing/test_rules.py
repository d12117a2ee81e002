"""What each rule doubts, and what it leaves alone."""

import itertools
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.proofing.checking import MOST_HINTS, RULE_NAMED, RULES, proofread
from meiri.proofing.rules.listed_words import ListedWord, WordIndex
from meiri.proofing.rules.names import NameRegister, RegisterEntry
from meiri.proofing.rules.rule import Known, Level, Passage
from tests.regex_steps import Steps

DAY = date(2026, 11, 29)


def doubted(text, known=None, **options):
    """The rule, the words and the replacements of each hint about a text of one paragraph."""
    hints = proofread([Passage("body:a", text)], known or Known(DAY, **options))
    return [(hint.rule.name, hint.words, hint.replacements) for hint in hints]


@pytest.mark.parametrize(
    ("rule", "text", "words", "replacement"),
    [
        ("miswriting", "全队再接再励，夺得冠军。", "再接再励", "再接再厉"),
        ("idiom", "灯火与月色交相辉应。", "交相辉应", "交相辉映"),
        ("adverb-di", "村民们渐渐的走出大山。", "的", "地"),
        ("complement-de", "路修好后，出行变的更加方便。", "的", "得"),
        ("attribute-de", "这是一个重要地问题。", "地", "的"),
        ("doubled-words", "各地正在正在推进秋收。", "正在正在", "正在"),
        ("doubled-words", "面对资金不足的的短板。", "的的", "的"),
        ("half-width-marks", "稻谷丰收,农民高兴。", ",", "，"),
        ("half-width-marks", "受访者(化名)说。", "(化名)", "（化名）"),
        ("repeated-marks", "今年秋粮丰收，。", "，。", "。"),
        ("misplaced-mark", "，今年秋粮丰收。", "，", None),
        ("ellipsis", "稻子、麦子、玉米...都收了。", "...", "……"),
        ("dash", "故乡--我的根。", "--", "——"),
        ("serial-marks", "第一、抓好秋收。", "第一、", "第一，"),
        ("full-width-letters", "２０２６年", "２０２６", "2026"),
        ("chinese-zero", "二零二六年元旦", "二零二六", "二〇二六"),
        ("approximate-numbers", "三、四个人在地里。", "三、四", "三四"),
        ("mixed-numbers", "共3千5百人参加。", None, None),
        ("number-range", "增产15~20%。", "15~20%", "15%~20%"),
        ("times-less", "能耗下降了两倍。", "下降了两倍", None),
        ("twice-approximate", "约200多人参加。", "约200多", "约200"),
        ("two-of-things", "村里有二个合作社。", "二", "两"),
        ("unit-symbol", "亩产500KG。", "KG", "kg"),
        ("obsolete-unit", "30公分厚的隔热层", "公分", "厘米"),
        ("impossible-date", "截至2月30日", "2月30日", None),
        ("weekday", "11月29日（星期一）上午", "一", "日"),
        ("weekday", "2024年2月29日，星期五", "五", "四"),
        ("growth", "产量从100万吨增长到120万吨，增长30%。", "30", None),
        ("parts", "招收100人，其中男生60人，女生30人。", None, None),
        ("shares", "稻谷占60%，小麦占30%，其余作物占15%。", None, None),
        ("unpaired-marks", "他说：“今年收成好。", "“", None),
    ],
)
def test_a_rule_doubts_what_is_wrong(rule, text, words, replacement):
    hints = [hint for hint in doubted(text) if hint[0] == rule]
    assert len(hints) == 1, doubted(text)
    if words is not None:
        assert hints[0][1] == words
    if replacement is not None:
        assert replacement in hints[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "建立生态补偿试点，提升培训服务质量，政府绿色采购力度加大。",
        "研究竞争力指数，完成份额改革，几十份文件。",
        "11月29日（星期日）上午，会议在京召开。",
        "1937年7月7日，星期三，卢沟桥事变爆发。",
        "气温从5%上升到8%，提高了3个百分点。",
        "寻求公平合理的解决方案，注入源源不断的前进动力。",
        "他说得很好，大家高兴地鼓掌，各地的经验值得学习。",
        "3千米跑、500千伏线路、5年零9个月、第二个百年。",
        "It’s 3:2, see https://example.org/a,b (beta).",
        "实现第二、三产业融合；8、9月份用电量上升。",
        "实实在在的好处，为了了解情况，现在在建项目，祥和和美。",
        "一个一个走访，研究研究再定，南苏丹苏丹人民解放运动。",
        "1）备好种子；2）整好土地。",
        "2024年2月29日是闰日。",
        "《秋收》《春种》两篇，“丰收”“团圆”两词。",
    ],
)
def test_a_rule_leaves_alone_what_is_right(text):
    assert doubted(text) == []


def test_a_quotation_of_several_paragraphs_opens_in_each():
    passages = [Passage("body:a", "他说：“第一段话。"), Passage("body:a", "“第二段话。”", 1)]
    assert proofread(passages, Known(DAY)) == []
    assert len(proofread(passages[:1], Known(DAY))) == 1


def test_a_listed_word_is_told_with_its_reason_and_not_inside_other_words():
    words = WordIndex(
        [
            ListedWord("残废人", Level.BANNED, "不尊重人", ("残疾人",)),
            ListedWord("台湾", Level.CAREFUL, "核对表述", (), ("台湾海峡",)),
        ]
    )
    assert doubted("关爱残废人。", words=words) == [("listed-word", "残废人", ("残疾人",))]
    assert doubted("穿过台湾海峡。", words=words) == []
    hint = proofread([Passage("title", "残废人")], Known(DAY, words))[0]
    assert (hint.level, hint.sentence) == (Level.BANNED, "不尊重人")


REGISTER = NameRegister(
    [
        RegisterEntry("林晚舟", "云河市市长", since=date(2025, 1, 1)),
        RegisterEntry("周明远", "云河市市长", until=date(2024, 12, 31)),
        RegisterEntry("周明远", "云河省副省长", since=date(2025, 1, 1)),
        RegisterEntry("中国作物研究院", wrong=("中国农作物研究院",), is_person=False),
    ]
)


@pytest.mark.parametrize(
    ("text", "words", "replacement"),
    [
        ("云河市市长林晚州出席。", "林晚州", "林晚舟"),
        ("云河市市长周明远出席。", "云河市市长周明远", "云河省副省长周明远"),
        ("据中国农作物研究院介绍。", "中国农作物研究院", "中国作物研究院"),
    ],
)
def test_names_and_titles_are_those_of_the_register(text, words, replacement):
    assert doubted(text, names=REGISTER) == [("registered-name", words, (replacement,))]


@pytest.mark.parametrize(
    "text",
    [
        "云河市市长林晚舟出席。",
        "原云河市市长周明远回忆。",
        "云河省副省长周明远到场。",
        "云河市市长办公会议召开。",
        "中国作物研究院发布。",
    ],
)
def test_names_that_agree_with_the_register_are_left_alone(text):
    assert doubted(text, names=REGISTER) == []


def test_a_quotation_that_changed_since_readers_saw_it_is_doubted():
    published = ("他说：“我们一定把今年的粮食收好。”",)
    assert doubted("他说：“我们一定把今年的粮食种好。”", published=published)[0][0] == "quotation"
    assert doubted("他说：“我们一定把今年的粮食收好！”", published=published) == []
    assert doubted("她说：“孩子们放学以后都来这里看书。”", published=published) == []


def test_hints_do_not_overlap_and_have_an_end():
    hints = proofread([Passage("body:a", "，，好" * 2_000)], Known(DAY))
    assert len(hints) == MOST_HINTS
    assert all(one.end <= other.start for one, other in itertools.pairwise(hints))


def test_every_rule_has_words_for_editors():
    assert len(RULE_NAMED) == len(RULES)
    assert all(rule.label and rule.explanation and rule.norm for rule in RULES)


PIECES = st.sampled_from(
    [
        "的",
        "地",
        "得",
        "“",
        "”",
        "（",
        "）",
        "《",
        "，",
        "。",
        "12",
        "%",
        "月",
        "日",
        "年",
        "星期",
        "一",
        "二",
        "百",
        "千",
        "万",
        "约",
        "占",
        "其余",
        "从",
        "增长到",
        "(",
        ")",
        '"',
        ".",
        "-",
        "正在",
        "a",
        "\U00020000",
        "\n",
        " ",
        "二零二六年",
        "再接再励",
        "林晚州",
        "云河市市长",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_whatever_the_text_hints_stand_within_it(text):
    words = WordIndex([ListedWord("年星期", Level.CAREFUL, "x"), ListedWord("a", Level.ADVICE, "x", ("b",))])
    for hint in proofread([Passage("body:a", text)], Known(DAY, words, REGISTER, (text[::2],))):
        assert 0 <= hint.start < hint.end <= len(text)
        assert hint.words == text[hint.start : hint.end]


@pytest.mark.parametrize(
    "piece", ["1", "的", "（", "1月2日（星期一），", "占1%，", "从1增长到", "百分之", "1、"]
)
def test_twice_the_text_takes_a_pattern_twice_the_steps(piece):
    for rule in RULES:
        for name, pattern in vars(type(rule)).items():
            if isinstance(pattern, re.Pattern):
                short, long = (Steps(pattern).count((piece * 200)[:length]) for length in (100, 200))
                assert long <= 2.6 * short + 100, (rule.name, name)
