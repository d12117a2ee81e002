"""How headlines break into lines."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from meiri.delivery.script import TraditionalConverter
from meiri.delivery.traditional import traditional_html
from meiri.proofing.models import RegisteredName
from meiri.web import page_frame
from meiri.web.headlines import SHORT, WholeNames, between_words, breaks_in, phrases
from tests.newsroom_factory import an_article

LISTS = ["/", "/yaowen/", "/zh-hant/yaowen/", "/search/?q=电池", "/gundong/", "/no-such-page/"]
HOSTILE = [
    "https://example.com/" + "a-very-long-address/" * 4,
    "零下四十摄氏度不停工：钠电池在漠河过冬，换下来的旧电池去了哪里没有人说得清楚",
    "W" * 90,
    "٩" * 40 + "以外的数字和 עברית 混排的标题",
]


def shown(title: str) -> list[str]:
    return str(between_words(title)).split("<wbr>")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("县城图书馆把灯光延到晚上十点", "县城|图书馆|把灯光|延到晚上|十点"),
        ("零下四十摄氏度不停工：钠电池在漠河过冬", "零下四十摄氏度|不停工：钠电池|在漠河|过冬"),
        ("她在村里教了三十年书了", "她在村里|教了|三十年书了"),
        ("国务院印发《关于推进数字经济发展的意见》", "国务院|印发《关于推进|数字经济|发展的|意见》"),
        ("五谷丰登的一年", "五谷丰登的一年"),
    ],
)
def test_a_headline_breaks_between_words(title, lines):
    assert "|".join(shown(title)) == lines


def test_registered_names_stay_on_one_line():
    title = "长江三角洲一体化示范区执行委员会主任欧阳明日高到访"
    names = WholeNames(["欧阳明日高", "执行委员会主任"])
    groups = str(between_words(title, names)).split("<wbr>")
    assert any("欧阳明日高" in group for group in groups)
    assert any("执行委员会主任" in group for group in groups)


@given(st.text(alphabet="中国人民的了在把2026年，：《》“” 5Gab<&", max_size=60))
def test_breaks_change_no_text_and_leave_no_character_alone(title):
    assert str(between_words(title)).replace("<wbr>", "") == str(escape(title))
    places = breaks_in(title)
    assert not places or len(title) > SHORT
    for place in places:
        assert title[place - 2 : place + 2].isalnum()


def test_what_was_searched_for_stays_marked():
    found = Markup("县城<mark>图书馆</mark>把灯光延到晚上&amp;十点钟")
    broken = between_words(found)
    assert str(broken).replace("<wbr>", "") == found
    assert "图书馆</mark><wbr>把灯光" in broken


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("快闪：茶山上的一日，从露水到炭火", ["快闪：", "茶山上的<wbr>一日，", "从露水到<wbr>炭火"]),
        ("黑土地上颗粒归仓 烘干车间灯火连着晨光", ["黑土地上<wbr>颗粒归仓", " ", "烘干车间<wbr>灯火连着<wbr>晨光"]),
        ("他问：“走不走？”没人答", ["他问：", "“走不走？”", "没人答"]),
    ],
)  # fmt: skip
def test_a_headline_in_large_type_breaks_at_its_spaces_and_stops_first(title, parts):
    spans = [part if part == " " else f'<span class="phrase">{part}</span>' for part in parts]
    assert phrases(title) == "".join(spans)


@pytest.mark.parametrize("title", ["江河安澜", "5G 进山", "“好”"])
def test_a_short_headline_stays_as_it_is(title):
    assert phrases(title) == title


def test_markup_in_a_headline_is_text():
    assert "<b>" not in phrases("<b>甲</b>，乙")


@pytest.mark.parametrize(
    ("broken", "traditional"),
    [
        ("<h1>理<wbr>发和<wbr>发展的<wbr>软件</h1>", "<h1>理<wbr>髮和<wbr>發展的<wbr>軟體</h1>"),
        # A word that has another length in traditional script: what is left are the places that no such word is near.
        ("<h1>一只<wbr>U盘<wbr>在这里</h1>", "<h1>一隻隨身碟<wbr>在這裡</h1>"),
        ("<pre>软<wbr>件</pre>", "<pre>软<wbr>件</pre>"),
    ],
)
def test_the_traditional_edition_converts_a_headline_as_one_text(broken, traditional):
    assert traditional_html(broken, "http://x", TraditionalConverter()) == traditional


@pytest.mark.django_db
def test_a_name_that_is_registered_holds_for_the_next_page(client):
    page_frame.forget_frame()
    article = an_article("客人欧阳明日高到访江河大坝")
    assert "欧阳<wbr>明日高" in client.get(article.get_absolute_url()).content.decode()
    RegisteredName.objects.create(name="欧阳明日高")
    assert "欧阳明日高<wbr>" in client.get(article.get_absolute_url()).content.decode()
    page_frame.forget_frame()


# The words of each headline on the page that stand on two lines.
TORN = """
() => [...document.querySelectorAll('main h1, main h2, main h3, main .lines a')].flatMap(e => {
  const torn = [], walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) for (const {0: word, index} of walk.currentNode.data.matchAll(/图书馆|摄氏度|钠电池|灯光/g)) {
    const range = document.createRange();
    range.setStart(walk.currentNode, index); range.setEnd(walk.currentNode, index + word.length);
    if (range.getClientRects().length > 1) torn.push(word + ': ' + e.textContent);
  }
  return torn;
})
"""


@pytest.fixture
def hostile(site) -> Iterator[list[str]]:
    """The addresses of articles with hostile headlines, which lead 要闻 for as long as a test."""
    yield site.run(
        "from tests.newsroom_factory import an_article\n"
        "from meiri.sections.models import Channel\n"
        f"for title in {HOSTILE!r}:\n"
        "    print(an_article(title, channel=Channel.objects.get(slug='yaowen')).get_absolute_url())\n"
    ).split()
    site.run(
        "from meiri.newsroom.models import Article\n"
        "from meiri.newsroom.publishing import withdraw\n"
        f"for article in Article.objects.live().filter(title__in={HOSTILE!r}):\n"
        "    withdraw(article, '试完了')\n"
    )


@pytest.mark.xdist_group("browser")
def test_no_headline_is_wider_than_a_phone_or_torn_within_a_word(reader, hostile):
    page = reader.new_page()
    large = [f"/zhangbei{address}" for address in ("/", "/yaowen/", hostile[0])]
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 700})
        for address in (*LISTS, *large, *hostile):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, address)
            assert page.evaluate(TORN) == [], (width, address)
