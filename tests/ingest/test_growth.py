"""Twice the input takes about twice the steps of the interpreter, whatever a page or a text repeats."""

import sys
from contextlib import suppress

import pytest

from meiri.ingest.html import read_page
from meiri.ingest.parsed import Unreadable
from meiri.ingest.text import read_lines

SENTENCE = "今天上午，沙洲镇油菜花海迎来首批游客，预计持续到月底。"
HEAD = "<html><head><title>澄江启动河湖保护行动</title></head><body><h1>澄江启动河湖保护行动</h1><p>2024-03-05 10:32 来源：澄江晚讯</p>"
PAGES = {
    "unclosed scripts": "<script>",
    "unclosed drawings": "<svg><p>字",
    "attributes": None,
    # How deep a page may be is bounded by itself.
    "nested parts": "<div class='a'>" * 20 + "</div>" * 20,
    "nested quotations": "<blockquote>字" * 20 + "</blockquote>" * 20,
    "nested emphasis": "<b><i>字" * 10 + "</i></b>" * 10,
    "linked paragraphs": "<p><a href='/1'>一条别的新闻标题在这里</a></p>",
    "cells": "<table><tr><td>一</td><td>二</td></tr></table>",
    "cells of one table": "<tr><td>一</td><td>二</td></tr>",
    "paragraphs": f"<p>{SENTENCE}</p>",
    "headings": f"<p>相关阅读</p><p><a href='/1'>一条别的新闻标题</a></p>{f'<p>{SENTENCE}</p>' * 3}",
    "own headings": f"<h3>热点关注</h3><p>{SENTENCE}</p>",
    "teasers": f"<div class='it'><a href='/1'>一条别的新闻标题在这里</a><p>{SENTENCE}</p></div>",
    "comments": "<li><b>老渡口</b><i>2024-03-06 08:15</i><p>给志愿者点赞！</p></li>",
    "pictures": "<p><img data-lazy='/a.jpg' src='data:,'></p><p>1/9说明</p>",
    "late pictures": "<img a=1 b=2 c='/x.jpg'>",
    "meta lines": "<p>来源：澄江晚讯 作者：林晚舟 时间：2024-03-05 10:32</p>",
    "line breaks": f"{SENTENCE}<br>",
    "times": "<span title='2024-03-05 10:32'>3小时前</span>",
    "names": "<div id='source_baidu'>来源：澄江晚讯</div>",
    "breadcrumbs": "<div class='path'>首页 &gt; 民生</div>",
}
TEXTS = {
    "lines": f"{SENTENCE}\n",
    "spaced lines": f"{SENTENCE}\n\n",
    "verse": "河水清清过石桥\n",
    "stanzas": "山很静\n水很清\n路很远\n人很轻\n\n",
    "headings": "更多推荐\n",
    "sections": f"热点关注\n{SENTENCE}\n",
    "meta lines": "来源：澄江晚讯 作者：林晚舟\n",
    "buttons": "分享 打印 收藏\n",
    "notices": "声明：转载本网稿件请注明出处。\n",
    "breadcrumbs": "首页 > 民生 > 社会\n",
    "wrapped lines": "市图书馆从本周起延长开放时间并增设了自习座位读者可以在手机上预约\n",
    "labels": "来源",
    "brackets": "（【〔[",
    "dates": "2024-03-05 ",
}
TIMES = 120


def steps(read, text: str) -> int:
    """How many instructions of the interpreter reading `text` takes."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        with suppress(Unreadable):
            read(text)
    finally:
        sys.settrace(None)
    return count


def page_of(what: str, times: int) -> str:
    if what == "attributes":
        return f"{HEAD}<p {' '.join(f'a{n}=1' for n in range(times))}>{SENTENCE}</p></body></html>"
    return f"{HEAD}<div>{SENTENCE}{PAGES[what] * times}"


@pytest.mark.parametrize("what", PAGES)
def test_e9_reading_a_page_is_linear(what):
    once, twice = (steps(read_page, page_of(what, times)) for times in (TIMES, 2 * TIMES))
    assert twice < 2.4 * once


@pytest.mark.parametrize("what", TEXTS)
def test_e9_reading_a_text_is_linear(what):
    head = f"澄江启动河湖保护行动\n来源：澄江晚讯 2024-03-05 10:32\n{SENTENCE}\n"
    once, twice = (steps(read_lines, head + TEXTS[what] * times) for times in (2 * TIMES, 4 * TIMES))
    assert twice < 2.4 * once
