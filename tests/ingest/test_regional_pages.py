"""How pages of Taiwan, Hong Kong and Singapore set an article: credits, times, and what they put between its paragraphs."""

from dataclasses import dataclass, field

import pytest

from meiri.ingest.html import read_html
from meiri.ingest.sanitise import plain

TITLE = "澄江步道第三期年底完工"
TRADITIONAL = (
    "澄江鎮公所今天上午宣布，沿江步道第三期工程將在年底前完工，屆時兩岸居民往來更加便利。",
    "公所主任秘書表示，工程總經費三億二千萬元，由中央與地方共同負擔，目前進度已達七成。",
    "居民陳先生說，以前過河要繞三公里，等橋蓋好之後，孩子上學只要十分鐘。",
)
SIMPLIFIED = (
    "澄江镇政府今天上午宣布，沿江步道第三期工程将在年底前完工，届时两岸居民往来更加便利。",
    "镇政府发言人说，工程总经费三千二百万元，由中央与地方共同负担，目前进度已达七成。",
    "居民陈先生受访时说，以前过河要绕三公里，等桥盖好之后，孩子上学只要十分钟。",
)


@dataclass
class Page:
    """`inner` has the paragraphs as {0}, {1}, {2}; `absent` must not be in the text."""

    inner: str
    source: str = ""
    authors: list[str] = field(default_factory=list)
    absent: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = TRADITIONAL
    minute: str = "2024-03-05 10:32"


PAGES = {
    "source, reporter and place by bars": Page(
        "<div><time>2024-03-05 10:32</time><div><a href='/a'>澄江報</a>／ 記者<a href='/b'>王小明</a>／北嶺即時報導</div><div>+1</div></div>"
        "<section><p>{0}</p><p>{1}</p><p><a href='/x'>延伸閱讀：步道二期 走一趟只要半小時</a></p><p>{2}</p></section>"
        "<div>※ 歡迎用「轉貼」或「分享」的方式轉傳文章連結；未經授權，請勿複製轉貼文章內容</div>",
        "澄江報",
        ["王小明"],
        ("延伸閱讀", "未經授權"),
    ),
    "a photographer, a browser and an app between the paragraphs": Page(
        "<span>2024/03/05 10:32</span><p>為達最佳瀏覽效果，建議使用 Chrome、Firefox 或 Microsoft Edge 的瀏覽器。</p><div><img src='/a.jpg' width='600'>"
        "<p>步道工程現場。（記者李小華攝）</p></div><p>〔記者王小明／北嶺報導〕{0}</p><p>請繼續往下閱讀...</p><p>{1}</p><p>{2}</p>"
        "<p>不用抽 不用搶 現在用APP看新聞 保證天天中獎　<a href='/app'>點我下載APP</a>　<a href='/r'>按我看活動辦法</a></p>",
        authors=["王小明"],
        absent=("瀏覽器", "請繼續往下閱讀", "不用抽"),
    ),
    "a dateline with reporter and place": Page(
        "<div>2024/3/5 10:32（3/5 11:40 更新）</div><p>（澄江社記者王小明北嶺5日電）{0}</p><p>{1}</p><p>{2}（編輯：李小華）1130305</p>"
        "<p>本網站之文字、圖片及影音，非經授權，不得轉載、公開播送或公開傳輸及利用。</p>",
        authors=["王小明"],
        absent=("非經授權",),
    ),
    "a dateline with two reporters": Page(
        "<div>2024/3/5 10:32</div><p>（澄江社記者王小明、李小華北嶺5日電）{0}</p><p>{1}</p><p>{2}</p>",
        authors=["王小明", "李小華"],
    ),
    "a reporter in a paragraph": Page(
        "<time>2024年03月05日 10:32</time><p><img src='/a.jpg' width='600'></p><p><strong>▲步道工程現場。（圖／公所提供）</strong></p>"
        "<p>記者王小明／北嶺報導</p><p>{0}</p><p>{1}</p><p>{2}</p><p><strong>【更多新聞】</strong></p><p>►<a href='/1'>北嶺老街修復完成</a></p>",
        authors=["王小明"],
        absent=("更多新聞", "老街"),
    ),
    "the zone between day and clock": Page(
        "<div>2024-03-05 HKT 10:32</div><div>{0}<br><br>{1}<br><br>{2}</div><div>相關新聞</div><div><a href='/1'>北嶺老街修復完成</a></div>",
        absent=("老街",),
    ),
    "an app and a page of a network below": Page(
        "<div>2024年03月05日 10:32</div><div>{0}</div><div>{1}</div><div>{2}</div><div>文章連結: https://www.old.example/1</div>"
        "<div>最新最快新聞請即Like澄江facebook專頁</div><div>【澄江App】新推出「字體大小」功能，立即更新！</div>",
        absent=("文章連結", "專頁", "App"),
    ),
    "writer, origin and time behind bars": Page(
        "<div><span>文 / <a href='/w'>王小明</a></span><span>来自 / 澄江早报</span><span>发布 / 2024年3月5日 10:32 PM</span></div>"
        "<article><p>{0}</p><p>{1}</p><div>请订阅或登录，以继续阅读全文！</div><p>{2}</p></article><h3>延伸阅读</h3><ul><li><a href='/1'>老街修复</a></li></ul>",
        "澄江早报",
        ["王小明"],
        ("订阅或登录", "老街"),
        SIMPLIFIED,
        "2024-03-05 22:32",
    ),
    "an app below": Page(
        "<div>发布: 2024年3月5日 10:32</div><p>{0}</p><p>{1}</p><p>{2}</p><p>想知道更多新闻，可以<a href='/d'>下载澄江App</a></p>",
        absent=("澄江App",),
        paragraphs=SIMPLIFIED,
    ),
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_of_this_kind_is_read_whole_and_nothing_else_of_it(kind):
    page = PAGES[kind]
    inner = page.inner.format(*page.paragraphs)
    found = read_html(
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{inner}</body></html>".encode()
    )
    text = plain(found.body)
    assert found.title == TITLE
    assert f"{found.published_at:%Y-%m-%d %H:%M}" == page.minute
    assert (found.source, found.authors) == (page.source, page.authors)
    assert [words for words in page.paragraphs if words not in text] == []
    assert [words for words in page.absent if words in text] == []


@pytest.mark.parametrize(
    "words",
    [
        "他說，大家下載這個App以後，就可以看到公車幾分鐘會來，不必在站牌下空等。",
        "本網站之文字如何授權，是這場座談會討論的重點，與會者看法不一。",
        "請繼續往下閱讀這本書，你會發現作者在第三章裡寫到了故鄉的河。",
        "來自 / 去向，是展覽的兩個主題，策展人把它們寫在入口的牆上。",
    ],
)
def test_a_paragraph_that_speaks_of_such_things_is_the_articles(words):
    inner = "".join(f"<p>{one}</p>" for one in (*TRADITIONAL, words))
    page = f"<html><body><h1>{TITLE}</h1><div>2024-03-05 10:32</div><div>{inner}</div></body></html>"
    assert words in plain(read_html(page.encode()).body)
