"""Pages that are no plain article: lists, galleries, pages that a script renders, one page of several."""

import json

import pytest

from meiri.ingest.html import read_page
from meiri.ingest.parsed import Unreadable
from meiri.ingest.sanitise import plain
from tests.ingest.pages import PARAGRAPHS, TITLE, a_portal_page

TITLES = [f"第{n}条别的新闻标题写在这里" for n in range(1, 25)]


def a_list(item: str) -> str:
    items = "".join(item.format(n=n, title=title) for n, title in enumerate(TITLES))
    return f"<html><head><title>民生_江南新闻网</title></head><body><h1>民生</h1><div class='list'>{items}</div></body></html>"


@pytest.mark.parametrize(
    "item",
    [
        "<li><a href='/{n}'>{title}</a></li>",
        "<li><a href='/{n}'>{title}</a><span>2024-03-05</span></li>",
        "<div class='it'><a href='/{n}'>{title}</a><p>今天上午，{title}，现场十分热闹，市民前来观看...</p></div>",
        "<div class='it'><h3><a href='/{n}'>{title}</a></h3><img src='/{n}.jpg'><p>摘要在这里，读者点开可以看全文。</p><i>2024-03-05 10:32</i></div>",
    ],
)
def test_e10_a_list_of_articles_is_no_article(item):
    with pytest.raises(Unreadable) as refusal:
        read_page(a_list(item))
    assert "像是列表页" in refusal.value.reason


def test_e10_a_flash_beside_a_long_list_is_an_article():
    items = "".join(f"<li><a href='/{n}'>{title}</a></li>" for n, title in enumerate(TITLES))
    page = f"<html><head><title>今天停水_江南新闻网</title></head><body><h1>今天停水</h1><p>2024-03-05 10:32 来源：江南晚讯</p><div><p>东岸今天停水一天。</p></div><ul>{items}</ul></body></html>"
    assert plain(read_page(page).body) == "东岸今天停水一天。"


def a_rendered_page(script: str) -> str:
    return f"<html><head><title>{TITLE}_江南新闻网</title></head><body><div id='app'></div>{script}</body></html>"


ARTICLE = {
    "title": TITLE,
    "source": {"name": "江南晚讯"},
    "publishTime": "2026-11-23 10:20:30",
    "content": "".join(f"<p>{p}</p>" for p in PARAGRAPHS),
}


@pytest.mark.parametrize(
    "script",
    [
        f"<script>window.__INITIAL_STATE__={json.dumps(ARTICLE)};(function(){{}})()</script>",
        f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps({'props': {'page': [1, {'article': ARTICLE}]}})}</script>",
        f"<script>var a = 1;</script><script>var data = {json.dumps({'data': ARTICLE}, ensure_ascii=False)}</script>",
        '<script type="application/ld+json">'
        + json.dumps(
            {
                "@type": "NewsArticle",
                "headline": TITLE,
                "datePublished": "2026-11-23T10:20:30+08:00",
                "publisher": {"name": "江南晚讯"},
                "articleBody": "\n".join(PARAGRAPHS),
            }
        )
        + "</script>",
    ],
)
def test_k8_an_article_in_the_data_of_a_script_is_read(script):
    article = read_page(a_rendered_page(script))
    assert (article.title, article.source) == (TITLE, "江南晚讯")
    assert article.published_at.isoformat() == "2026-11-23T10:20:30+08:00"
    assert plain(article.body).split("\n") == list(PARAGRAPHS)


def test_k8_the_captions_of_a_gallery_in_the_data_of_a_script_are_read():
    pictures = [
        {"img": f"https://img.example/{n}.jpg", "note": f"第{n}张图片的说明写在这里。"} for n in range(1, 6)
    ]
    article = read_page(a_rendered_page(f"<script>var gallery = {json.dumps({'list': pictures})}</script>"))
    assert [p.caption for p in article.pictures] == [p["note"] for p in pictures]
    assert article.title == f"{TITLE}"


@pytest.mark.parametrize(
    "script", ["<script>render(fetch('/api/42'))</script>", "<script>var a = {b: 1}</script>"]
)
def test_k8_a_page_whose_text_a_script_fetches_is_refused_with_the_reason(script):
    with pytest.raises(Unreadable) as refusal:
        read_page(a_rendered_page(script))
    assert refusal.value.reason.startswith("正文由脚本生成")


def test_k3_one_page_of_several_says_so():
    warning = "原文分成几页，这里只有其中一页，请把其余各页也导入。"
    assert warning in read_page(a_portal_page(extra='<a href="42_2.html">下一页</a>')).warnings
    assert warning not in read_page(a_portal_page(extra='<a href="#">下一页</a>')).warnings


def test_k13_slides_are_pictures_with_captions_without_their_numbers():
    slides = "".join(
        f'<li><img src="/{n}.jpg"><div><span>{n}</span>/<span>3</span>第{n}张图片的说明写在这里。</div></li>'
        for n in range(1, 4)
    )
    article = read_page(
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>2024-03-05 10:32 来源：江南晚讯</p><ul>{slides}</ul></body></html>"
    )
    assert [p.caption for p in article.pictures] == [f"第{n}张图片的说明写在这里。" for n in range(1, 4)]
