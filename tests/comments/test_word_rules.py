"""Word rules hold, refuse or cover words, tell the writer why, and never take long."""

import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from meiri.comments.models import Comment, CommentState, WordRule
from meiri.comments.patterns import MOST_PATTERNS, found_in, unclear, without
from meiri.sections.models import CommentPolicy
from meiri.visitors.skeletons import Skeleton
from tests.comments.test_writing import send, words
from tests.newsroom_factory import an_article


def fits(lines: str, text: str) -> bool:
    return any(found_in(lines, Skeleton.of(text)))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("加微信", "快加微信吧"),
        ("加微信", "加 微*信"),
        ("加微信", "加．微—信"),
        ("VX", "加ｖｘ号"),
        ("加*信", "加我的威信"),
        ("1##########", "电话 138-0013-8000"),
        ("免费?取", "免费领取"),
        ("(代开)", "代开发票"),
    ],
)
def test_a_word_is_found_however_it_is_written(line, text):
    assert fits(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("加微信", "加威信"),
        ("加*信", "加起来一共写了十几封厚厚的信"),
        ("1##########", "2026年11月25日"),
        ("甲", ""),
    ],
)
def test_what_is_not_there_is_not_found(line, text):
    assert not fits(line, text)


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4))
def test_a_stretch_lies_in_the_text_and_covering_keeps_its_length(text, lines):
    stretches = list(found_in("\n".join(lines), Skeleton.of(text)))
    assert all(0 <= start < end <= len(text) for start, end in stretches)
    assert len(without(text, stretches)) == len(text)


def test_no_text_takes_long_to_look_through():
    """The worst that an editor can save, on the worst that a visitor can send."""
    lines = "\n".join(f"啊*啊*{'啊?' * 15}{n % 10}不" for n in range(MOST_PATTERNS))
    assert unclear(lines) == ""
    began = time.process_time()
    assert not fits(lines, "啊" * 500)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [("", "至少填写一个"), ("甲*乙*丙*丁", "超过"), ("长" * 41, "超过"), ("***", "超过"), ("——", "没有文字"),
     ("a?\n" * 201, "至多 200 行")],
)  # fmt: skip
def test_an_editor_is_told_what_a_rule_cannot_be(lines, wrong):
    with pytest.raises(ValidationError, match=wrong):
        WordRule(name="规则", lines=lines, reason="原因").full_clean(validate_unique=False)


@pytest.mark.django_db
def test_a_refused_comment_is_not_kept_and_its_writer_reads_why(client):
    WordRule.objects.create(name="联系方式", lines="加微信", deed="refuse", reason="含有联系方式")
    answer = send(client, an_article(), text="请加 微 信")
    assert answer.status_code == 422
    assert "没有发表：含有联系方式" in words(answer)
    assert "请加 微 信" in words(answer)
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_a_held_comment_waits_where_others_show_at_once(client):
    WordRule.objects.create(name="争议", lines="内幕", deed="hold", reason="涉及未经证实的说法")
    WordRule.objects.create(name="停用的", lines="很好", deed="refuse", reason="x", active=False)
    article = an_article(comment_policy=CommentPolicy.OPEN)
    assert "已显示" in words(send(client, article, text="很好"))
    page = words(send(client, article, text="听说有内幕"))
    assert "已收到，审核后显示" in page
    assert "须先经审核：涉及未经证实的说法。" in page
    assert Comment.objects.get(text="听说有内幕").state == CommentState.PENDING


@pytest.mark.django_db
def test_covered_words_are_covered_and_said(client):
    WordRule.objects.create(name="脏话", lines="笨蛋", deed="replace", reason="不文明用语")
    page = words(send(client, an_article(), text="你这个笨 蛋，真是。"))
    assert Comment.objects.get().text == "你这个＊＊＊，真是。"
    assert "部分词语已用＊代替：不文明用语。" in page


@pytest.mark.django_db
def test_a_name_is_judged_too(client):
    WordRule.objects.create(name="脏话", lines="笨蛋", deed="replace", reason="不文明用语")
    answer = send(client, an_article(), name="笨蛋")
    assert answer.status_code == 422
    assert "昵称含有不能使用的词语" in words(answer)
