"""Blocks of an article as readers get them: galleries with addresses, charts, notes, players, tables."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from wagtail.blocks import StructBlockValidationError

from meiri.newsroom.body.chart import number_of, read_data
from meiri.newsroom.body.stream import body_blocks
from meiri.newsroom.body.video_sites import played_video, site_of
from meiri.web.chart_drawing import chart_svg, scale_marks
from meiri.web.jinja import is_figure, rich, shortened_address
from tests.newsroom_factory import an_article
from tests.syndication.pictures import a_picture


def table(*rows):
    return body_blocks()["table"].of_rows([list(row) for row in rows], True)


def chart(*rows, kind="bars", unit="万吨"):
    return {"title": "秋粮产量", "kind": kind, "unit": unit, "source": "统计局", "data": table(*rows)}


def page_of(client, *blocks, edition=""):
    article = an_article(text=list(blocks))
    return client.get(edition + article.get_absolute_url()).content.decode()


@pytest.mark.django_db
class TestOnThePage:
    def test_each_picture_of_galleries_has_an_address_and_leads_to_its_largest_size(self, client):
        pictures = [
            {"image": a_picture(f"第{n}张"), "caption": f"说明{n}", "credit": "林晚舟 摄"} for n in range(3)
        ]
        gallery = ("gallery", {"pictures": pictures})
        page = html.fromstring(page_of(client, gallery, gallery))
        figures = page.xpath("//div[@class='gallery']/figure")
        assert [figure.get("id") for figure in figures] == [f"tu-{n}" for n in range(1, 7)]
        assert all(link.get("href").endswith(".jpeg") for link in page.xpath("//a[@data-picture]"))
        assert figures[1].xpath("string(figcaption)").split() == ["2/3", "说明1", "林晚舟", "摄"]

    def test_what_a_block_needs_is_asked_for_only_where_the_block_stands(self, client):
        assert "/assets/blocks." not in page_of(client, ("text", "<p>正文。</p>"))
        facts = page_of(client, ("fact_box", {"title": "鄱阳湖", "facts": "在江西\n面积最大", "image": None}))
        assert re.findall(r"/assets/blocks\.[0-9a-f]+\.(css|js)", facts) == ["css"]
        assert "<p>面积最大</p>" in facts
        assert "/assets/blocks." not in page_of(
            client, ("fact_box", {"title": "鄱阳湖", "facts": "在江西", "image": None}), edition="/zhangbei"
        )

    def test_raised_numbers_lead_to_their_notes_and_back(self, client):
        page = html.fromstring(
            page_of(
                client,
                ("text", "<p>据统计<sup>1</sup>，10<sup>3</sup>吨。</p>"),
                ("notes", {"notes": [{"text": "统计局公报。"}]}),
            )
        )
        assert page.xpath("//sup/a/@href") == ["#zhu-1"]
        assert page.xpath("//*[@id='zhu-1-b']")
        assert page.xpath("//*[@id='zhu-1']/a/@href") == ["#zhu-1-b"]

    def test_a_chart_has_its_table_behind_it(self, client):
        page = page_of(client, ("chart", chart(["年份", "玉米"], ["2024", "1,280"], ["2025", "1,310.5"])))
        assert 'aria-label="秋粮产量（单位：万吨），数据见下表"' in page
        assert '<td class="n">1,310.5</td>' in page
        assert "资料来源：统计局" in page

    def test_a_timeline_a_map_and_two_pictures_to_be_compared(self, client):
        one, two = a_picture("前"), a_picture("后")
        page = page_of(
            client,
            ("timeline", {"title": "大坝百年", "events": [{"time": "1958年", "text": "动工。"}]}),
            ("map", {"image": one, "caption": "库区", "review_number": "GS(2024)0650号", "credit": ""}),
            (
                "before_after",
                {
                    "before": one,
                    "before_label": "汛前",
                    "after": two,
                    "after_label": "汛后",
                    "caption": "",
                    "credit": "",
                },
            ),
        )
        assert "<b>1958年</b> 动工。" in page
        assert "库区　审图号：GS(2024)0650号" in page
        assert "<span>汛前</span>" in page
        assert "data-compared" in page

    def test_a_video_of_another_site_is_a_link_until_it_is_pressed(self, client):
        page = page_of(client, ("embed", "https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333"))
        assert "<iframe" not in page
        assert 'data-player="/player/bilibili/BV1xx411c7mD/"' in page
        other = page_of(client, ("embed", "https://example.cn/" + "long/" * 40))
        assert "外部内容：" in other

    def test_only_the_page_of_the_player_admits_the_other_site(self, client):
        answer = client.get("/player/bilibili/BV1xx411c7mD/")
        policy = answer["Content-Security-Policy"]
        assert "frame-src https://player.bilibili.com" in policy
        assert "unsafe" not in policy
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert b'src="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD' in answer.content
        assert "bilibili" not in client.get("/about/")["Content-Security-Policy"]
        for wrong in ("/player/bilibili/a%22b/", "/player/nobody/BV1xx411c7mD/"):
            assert client.get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("address", "site", "frame"),
    [
        ("https://m.bilibili.com/video/BV1xx411c7mD", "哔哩哔哩", "bvid=BV1xx411c7mD"),
        ("https://v.qq.com/x/cover/mzc00200abc/x0041abcd12.html", "腾讯视频", "vid=x0041abcd12"),
        ("https://v.qq.com/x/page/x0041abcd12.html?a=b", "腾讯视频", "vid=x0041abcd12"),
        ("https://v.youku.com/v_show/id_XNTk4OTk4OTk4OA==.html", "优酷", "embed/XNTk4OTk4OTk4OA=="),
        ("https://tv.cctv.com/2026/11/23/VIDEabc.shtml", "央视网", None),
        ("https://www.bilibili.com.evil.example/video/BV1xx411c7mD", "", None),
        ("javascript:alert(1)//https://v.qq.com/x/page/x0041abcd12.html", "", None),
    ],
)
def test_players_are_known_by_the_address_alone(address, site, frame):
    assert site_of(address) == site
    played = played_video(address)
    assert (frame in played.frame) if frame else played is None


@pytest.mark.django_db
class TestTheForm:
    def clean(self, kind, value):
        block = body_blocks()[kind]
        return block.clean(block.to_python(value))

    def test_any_address_may_be_shown_and_nobody_is_asked_about_it(self):
        assert self.clean("embed", "https://www.bilibili.com/video/BV1xx411c7mD").url.endswith("7mD")
        with pytest.raises(Exception, match="http"):
            self.clean("embed", "ftp://example.cn/a")

    def test_a_chart_wants_numbers_and_not_too_many(self):
        assert self.clean("chart", chart(["年", "吨"], ["2025", "3"]))["title"] == "秋粮产量"
        for rows in ([["年", "吨"], ["2025", "三"]], [[""]], [["年", *"abcde"], ["2025", *"12345"]]):
            with pytest.raises(StructBlockValidationError) as refused:
                self.clean("chart", chart(*rows))
            assert re.search("数字|最多画|必填", str(refused.value.block_errors["data"]))


class TestCharts:
    @given(
        st.lists(
            st.tuples(
                st.text(max_size=8), st.lists(st.none() | st.floats(-1e12, 1e12), min_size=2, max_size=2)
            ),
            min_size=1,
            max_size=12,
        ),
        st.sampled_from(["bars", "lines"]),
    )
    def test_any_numbers_make_a_drawing_within_its_bounds(self, rows, kind):
        data = chart(["", "甲", "乙"], *([label, *map(str, numbers)] for label, numbers in rows), kind=kind)
        written = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "", str(chart_svg(data)))
        drawn = etree.fromstring(written, etree.XMLParser(recover=True))
        for shape in drawn.iter("rect", "circle", "line"):
            for name in ("x", "x1", "x2", "cx", "width"):
                assert -1 <= float(shape.get(name, 0)) <= 641

    def test_a_missing_number_is_a_gap_and_no_zero(self):
        svg = str(chart_svg(chart(["年", "吨"], ["2023", "1"], ["2024", "—"], ["2025", "3"], kind="lines")))
        assert svg.count("<circle") == 2
        assert 'class="line' not in svg

    @given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
    def test_marks_of_a_scale_are_around_all_numbers_and_few(self, low, span):
        marks = scale_marks(low, low + span)
        assert 2 <= len(marks) <= 9
        assert marks == sorted(set(marks))
        slack = abs(marks[1] - marks[0])
        assert marks[0] <= low + slack
        assert marks[-1] >= low + span - slack

    def test_numbers_are_read_as_newspapers_write_them(self):
        assert [number_of(cell) for cell in ("1,234.5", "3%", "−2", "12 万", "约3", "", None)] == [
            *(1234.5, 3, -2, 12),
            *(None, None, None),
        ]
        assert read_data(table(["年", "吨"], ["2025"])).numbers == [[None]]


def test_what_counts_as_a_figure_in_a_table():
    assert all(map(is_figure, ("3", "1,234.5", "-2.1%", "12万吨", "￥".replace("￥", "¥") + "3", "38.5℃")))
    assert not any(map(is_figure, ("", None, "2025年以来", "北岭水文站", "3 至 5", "第3")))


def test_notes_are_linked_only_where_there_is_one():
    assert "<a " not in rich("<p>10<sup>3</sup></p>")
    assert rich("<p>a<sup>[2]</sup></p>", frozenset({1, 2})).count('href="#zhu-2"') == 1


def test_addresses_are_shown_short():
    assert shortened_address("https://www.example.cn/%E6%B0%B4/") == "example.cn/水"
    assert len(shortened_address("https://example.cn/" + "a" * 200)) == 61


def test_an_address_in_running_text_may_be_broken_anywhere_and_is_never_converted():
    written = rich('<p>见 https://example.cn/a/very/long/address。<a href="https://example.cn/">这里</a></p>')
    assert '<span class="address" translate="no">https://example.cn/a/very/long/address</span>。' in written
    assert '<a href="https://example.cn/">' in written
    linked = '<p>见<a href="https://example.cn/a/very/long/address<b">这里</a></p>'
    assert rich(linked) == linked
