"""Sketches and similarity: what stays the same while a text is edited, and what does not."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from meiri.search.minhash import (
    ASKED,
    KEPT,
    LONGEST,
    comparable_text,
    in_common,
    minhash_for_query,
    minhash_of,
    similarity,
)

REPORT = (
    "浙江杭州一处老旧小区的电梯今天通过验收。居民陈师傅说，从提出想法到装上电梯，前后用了十四个月。"
    "街道介绍，方案前后改了二十稿，每一稿都在公告栏上贴满七天，收到意见三百余条。"
    "施工期间，社区安排志愿者为行动不便的老人送餐上门，每天两次，风雨无阻。"
    "下一步，当地计划把这套办法写成手册，供其他小区参考，年底前再完成五处加装。"
)
OTHER = (
    "一支科考队昨日从舟山港启航，前往西太平洋开展为期六十天的综合调查。船上搭载了新研制的深海着陆器，"
    "最大工作水深超过一万米。领队表示，此次任务将重点观测海底热液活动，并采集沉积物样品。"
)
chinese = st.text(
    st.sampled_from("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏的一是，。 "), max_size=200
)


def test_script_width_case_spaces_and_punctuation_do_not_count():
    assert comparable_text("臺灣ＡＢＣ，　１２３！\n") == comparable_text("台湾abc 123") == "台湾abc123"


def test_only_the_beginning_of_a_very_long_text_is_compared():
    assert len(comparable_text("字" * (LONGEST + 10))) == LONGEST


def test_a_sketch_is_the_same_in_every_process():
    code = f"from meiri.search.minhash import comparable_text, minhash_of; print(minhash_of(comparable_text({REPORT!r})))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        ).stdout
        for environment in ({"PYTHONHASHSEED": "1", **paths()}, {"PYTHONHASHSEED": "2", **paths()})
    }
    assert outputs == {f"{minhash_of(comparable_text(REPORT))}\n"}


def paths() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path), "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"}


def test_a_cut_text_is_wholly_in_its_original():
    half = REPORT[: len(REPORT) // 2]
    assert similarity(comparable_text(half), comparable_text(REPORT)) == 1.0


def test_a_quoted_sentence_does_not_make_a_version():
    sentence = REPORT.partition("。")[0]
    assert similarity(comparable_text(sentence), comparable_text(REPORT)) < 0.5


def test_reports_of_different_things_are_unlike():
    assert similarity(comparable_text(REPORT), comparable_text(OTHER)) < 0.1
    assert not set(minhash_of(comparable_text(REPORT))) & set(minhash_for_query(comparable_text(OTHER)))


def test_flashes_of_few_words_are_alike_only_where_they_are_the_same():
    assert similarity(comparable_text("快讯：会议闭幕"), comparable_text("快讯：会议开幕")) < 0.5
    assert similarity(comparable_text("快讯：会议闭幕"), comparable_text("快讯会议闭幕。")) == 1.0


def test_every_fifth_character_replaced_leaves_shared_numbers():
    edited = "".join("某" if n % 5 == 0 else c for n, c in enumerate(comparable_text(REPORT)))
    assert set(minhash_of(comparable_text(REPORT))) & set(minhash_for_query(edited))


def test_sentences_in_another_order_are_the_same_text():
    turned = "。".join(reversed(REPORT.split("。")))
    assert similarity(comparable_text(turned), comparable_text(REPORT)) > 0.95


@given(st.text(max_size=300))
def test_any_text_has_a_sketch_within_its_bounds(text):
    kept, asked = minhash_of(comparable_text(text)), minhash_for_query(comparable_text(text))
    assert len(kept) <= KEPT
    assert len(asked) <= ASKED
    assert set(kept) <= set(asked)
    assert all(-(2**31) <= number < 2**31 for number in asked)


@given(chinese, chinese)
def test_similarity_is_symmetric_and_a_share(first, second):
    ours, theirs = comparable_text(first), comparable_text(second)
    alike = similarity(ours, theirs)
    assert 0.0 <= alike <= 1.0
    assert alike == similarity(theirs, ours)
    common = in_common(ours, theirs)
    assert common.first <= len(ours)
    assert common.second <= len(theirs)


@given(chinese, chinese, chinese)
def test_what_stands_before_and_after_leaves_a_text_contained(before, text, after):
    whole = comparable_text(before) + comparable_text(text) + comparable_text(after)
    own = comparable_text(text)
    if len(own) >= 4:
        assert in_common(own, whole).first == len(own)


@given(chinese)
def test_a_text_is_like_itself(text):
    own = comparable_text(text)
    assert similarity(own, own) == (1.0 if own else 0.0)
