"""Any article comes back whole from any furniture around it: pages of several makes, copied texts with any spacing."""

import io
import json
import random
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.ingest.formats import detect
from meiri.ingest.html import read_page
from meiri.ingest.import_format import HEAD, SeriesFormat
from meiri.ingest.markdown import read_markdown
from meiri.ingest.sanitise import plain
from meiri.ingest.text import read_lines

WHO = (
    "市水务局",
    "合作社负责人",
    "志愿者",
    "气象台",
    "街道办事处",
    "市图书馆",
    "一位老船工",
    "社区工作人员",
    "东岸小学",
    "记者",
)
WHEN = ("今天上午", "3月5日", "去年冬天", "本周末", "入夜之后", "清晨六点", "近三年来", "按照计划")
WHAT = (
    "启动了河湖保护行动", "在码头清理了两公里岸线", "介绍了巡河的新办法", "收集废弃物四十余袋", "开通了到北岭的公交线路",
    "把闭馆时间推迟到晚上十点", "请市民关注水位变化", "公布了举报电话和二维码", "讨论了版权和转载的规定", "为网站备案提供帮助",
)  # fmt: skip
MORE = (
    "吸引了不少市民前来",
    "受到居民欢迎",
    "预计持续到月底",
    "比往年提前了一周",
    "覆盖全市十二个社区",
    "相关评论很快上了热搜",
)
HEADINGS = ("热点关注", "后续安排", "网友评论", "最新资讯", "一年的账", "相关链接")
VERSES = (
    ("河水清清过石桥", "柳丝轻轻拂客袍", "谁家小儿牵竹马", "笑问春风第几遭"),
    ("山很静", "水很清", "路很远", "人很轻", "风来了"),
)
TITLE = "澄江启动河湖保护行动 六百人巡河"
SOURCE = "澄江晚讯"
META = f"来源：{SOURCE} | 时间：2024-03-05 10:32:07 | 点击：863"
OTHERS = ("沙洲镇油菜花进入盛花期", "城际公交下月开通", "市图书馆夜间开放", "东岸码头修缮完工")
TEASER = "今天上午，沙洲镇油菜花海迎来首批游客，今年的花期较往年提前约一周，预计持续到月底..."

sentences = st.builds(
    lambda when, who, what, more, quoted: (
        f"“{when}{what}，{more}。”{who}说。" if quoted else f"{when}，{who}{what}，{more}。"
    ),
    st.sampled_from(WHEN),
    st.sampled_from(WHO),
    st.sampled_from(WHAT),
    st.sampled_from(MORE),
    st.booleans(),
)
paragraphs = st.lists(sentences, min_size=1, max_size=4, unique=True).map("".join)


@st.composite
def articles(draw) -> list[tuple[str, list[str]]]:
    """(kind, lines) of each part: paragraphs, a heading with paragraphs below it, verse, a list."""
    texts = iter(draw(st.lists(paragraphs, min_size=6, max_size=12, unique=True)))
    parts: list[tuple[str, list[str]]] = [("p", [next(texts)]), ("p", [next(texts)])]
    for text in texts:
        kind = draw(st.sampled_from(["p", "p", "p", "heading", "verse"]))
        if kind == "heading" and not any(k == "heading" for k, _ in parts):
            parts.append(("heading", [draw(st.sampled_from(HEADINGS))]))
        elif kind == "verse" and parts[-1][0] == "p" and not any(k == "verse" for k, _ in parts):
            parts.append(("verse", list(draw(st.sampled_from(VERSES)))))
        parts.append(("p", [text]))
    return parts


def lines_of(parts) -> list[str]:
    return [line for _, lines in parts for line in lines]


def list_of(titles=OTHERS) -> str:
    return "<ul>" + "".join(f'<li><a href="/{n}">{t}</a></li>' for n, t in enumerate(titles)) + "</ul>"


NAVIGATION = (
    f'<div class="nav"><a href="/">首页</a><a href="/ms">民生</a></div>{list_of(("要闻", "社会", "民生"))}'
)
BELOW = (
    f'<div class="tuijian"><h3>相关新闻</h3>{list_of()}</div>',
    f"<h3>更多推荐</h3><div>{''.join(f'<div class=it><a href=/{n}>{t}</a><p>{TEASER}</p></div>' for n, t in enumerate(OTHERS))}</div>",
    "<p>责任编辑：何若溪</p><p>【打印】【关闭】</p>",
    "<div class='c'><h3>网友评论</h3><ul><li><b>老渡口</b><i>2024-03-06 08:15</i><p>给志愿者点赞！</p></li><li><b>江边人</b><i>2024-03-06 09:15</i><p>明年我也来。</p></li></ul></div>",
    "<p>声明：转载本网稿件请注明出处。</p>",
    "<div>分享到：<span>微信</span> <span>微博</span></div>",
    "",
)
FOOTER = (
    "<div class='foot'><p>地址：澄江市东岸大道18号</p><p>澄ICP备00000001号-1 版权所有 澄江新闻网</p></div>"
)


def as_page(parts, make: int, below: str) -> str:
    """The article on a page: paragraphs in a container, in table cells, or set off by line breaks."""
    if make == 2:
        body = "<br><br>".join("　　" + "<br>".join(lines) for _, lines in parts)
    else:
        body = "".join(
            f"<h3>{lines[0]}</h3>" if kind == "heading" and make == 0 else f"<p>{'<br>'.join(lines)}</p>"
            for kind, lines in parts
        )
    head = f"<h1>{TITLE}</h1><div class='info'>{META}</div>"
    if make == 1:
        return f"<html><head><title>{TITLE}_澄江新闻网</title></head><body>{NAVIGATION}<table><tr><td>{head}</td></tr><tr><td>{body}</td></tr></table>{below}{FOOTER}</body></html>"
    return f"<html><head><title>{TITLE}_澄江新闻网</title></head><body>{NAVIGATION}<div class='main'>{head}<div class='text'>{body}</div>{below}</div>{FOOTER}</body></html>"


@settings(max_examples=100)
@given(articles(), st.integers(0, 2), st.sampled_from(BELOW))
def test_e4_an_article_comes_back_whole_from_a_page(parts, make, below):
    article = read_page(as_page(parts, make, below))
    assert article.title == TITLE
    assert article.source == SOURCE
    assert plain(article.body).split("\n") == lines_of(parts)


TAILS = {
    "portal": ["【作者：】", "文章评论", "评论", "全部评论", "更多推荐", *OTHERS, TEASER, "今日热点", *OTHERS],
    "comments": ["网友评论(2)", "江边散步的人", "2024-03-05 12:01", "希望每年都办下去，我们小区也想参加。", "回复 点赞(3)"],
    "no comments": ["评论", "发布", "全部评论（0）", "暂无评论", "相关阅读", OTHERS[0], TEASER],
    "hot list": ["分享到：", "微信", "微博", "QQ空间", "复制链接", "责任编辑：何若溪", "热门排行", "1", OTHERS[0], "2", OTHERS[1]],
    "rights": ["版权声明", "本网站所有内容，未经授权不得转载。", "新闻热线：0900-5550123", *OTHERS],
    "previous and next": ["上一篇：没有了", f"下一篇：{OTHERS[0]}", *OTHERS],
    "government": ["【打印本页】 【关闭窗口】", "扫一扫在手机打开当前页", "主办：澄江市人民政府办公室  承办：市大数据中心"],
    "account": ["END", f"来源：{SOURCE}", "编辑：何若溪", "审核：白一舟", "点个“在看”，转给更多人", "阅读 1.2万", "写留言", "精选留言", "江边散步的人", "希望每年都办下去。"],
    "newspaper": ["上一版  下一版", "放大 缩小 默认", "版权所有 澄江日报社 未经授权不得转载"],
    "recommended": ["（责任编辑：何若溪 审核：白一舟）", "[纠错]", "声明：转载本网稿件请注明出处。", "今日推荐", f"{OTHERS[0]} 03-05", f"{OTHERS[1]} 03-04"],
}  # fmt: skip
LAST = ["地址：澄江市东岸大道18号 联系电话：0900-5550123", "网站备案/许可证 工信部：澄ICP备00000001号-1"]


def as_text(parts, tail: list[str], chance: random.Random) -> str:
    """The article as copied text: spacing by chance, but for verse, which stands between empty lines."""
    lines = [
        "澄江新闻网",
        "网站首页 要闻 时政 社会 民生 成为会员",
        f"澄江新闻网 > 民生 > {TITLE}",
        TITLE,
        META,
    ]
    written = [line + "\n" * chance.randint(1, 3) for line in lines] + ["\n"]
    for kind, texts in parts:
        verse = kind == "verse"
        written += [
            "\n\n" + "\n".join(texts) + "\n\n" if verse else "　　" + texts[0] + "\n" * chance.randint(1, 3)
        ]
    indent = chance.choice(["", "      ", "\t"])
    written += [indent + line + "\n" * chance.randint(1, 3) for line in [*tail, *LAST]]
    return "".join(written)


@pytest.mark.parametrize("tail", TAILS)
@settings(max_examples=8)
@given(articles(), st.lists(st.integers(0, 2**32), min_size=5, max_size=5, unique=True))
def test_e5_the_end_of_a_copied_text_does_not_depend_on_its_spacing(tail, parts, seeds):
    for seed in seeds:
        article = read_lines(as_text(parts, TAILS[tail], random.Random(seed)))
        assert article.title == TITLE
        assert article.source == SOURCE
        assert plain(article.body).split("\n") == lines_of(parts)


@settings(max_examples=40)
@given(articles(), st.randoms(use_true_random=False))
def test_e5_verse_stays_verse(parts, chance):
    article = read_lines(as_text(parts, TAILS["portal"], chance))
    for kind, lines in parts:
        if kind == "verse":
            assert f"<p>{'<br>'.join(lines)}</p>" in article.body


def as_feeds(parts) -> dict[str, bytes]:
    """The article between others in an RSS, an Atom and a JSON feed."""
    body = "".join(f"<p>{'<br>'.join(lines)}</p>" for _, lines in parts)
    other = "<p>沙洲镇油菜花海迎来首批游客。</p>"
    entries = [(OTHERS[0], other), (TITLE, body), (OTHERS[1], other)]
    rss = "".join(
        f"<item><title>{title}</title><description>摘要</description><content:encoded><![CDATA[{text}]]></content:encoded></item>"
        for title, text in entries
    )
    atom = "".join(
        f"<entry><title>{t}</title><content type='html'>{escape(b)}</content></entry>" for t, b in entries
    )
    items = [{"id": str(n), "title": t, "content_html": b} for n, (t, b) in enumerate(entries)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": SOURCE, "items": items}
    return {
        "a.rss": f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{SOURCE}</title>{rss}</channel></rss>'.encode(),
        "a.atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{SOURCE}</title>{atom}</feed>'.encode(),
        "a.json": json.dumps(feed, ensure_ascii=False).encode(),
    }


@settings(max_examples=15)
@given(articles())
def test_an_article_comes_back_whole_from_a_feed(parts):
    for name, content in as_feeds(parts).items():
        kind = detect(content[:HEAD], io.BytesIO(content), name)
        assert isinstance(kind, SeriesFormat)
        _, article, _ = (item.read().article for item in kind.read(io.BytesIO(content)))
        assert article.title == TITLE
        assert plain(article.body).split("\n") == lines_of(parts)


@settings(max_examples=30)
@given(articles(), st.sampled_from(sorted(TAILS)))
def test_an_article_comes_back_whole_from_markdown(parts, tail):
    text = "\n\n".join("\\\n".join(lines) for _, lines in parts)
    content = f"# {TITLE}\n\n{META}\n\n{text}\n\n" + "\n\n".join(TAILS[tail])
    article = read_markdown(content.encode())
    assert article.title == TITLE
    assert plain(article.body).split("\n")[: len(lines_of(parts))] == lines_of(parts)
