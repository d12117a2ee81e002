"""Pages of one article, and items of one address: joined in order or refused by name, never overwritten."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest.guarded_reading import read_pasted
from meiri.ingest.importing import import_items
from meiri.ingest.items import Item
from meiri.ingest.joining import joined
from meiri.ingest.parsed import ParsedArticle
from meiri.ingest.sanitise import plain
from meiri.ingest.stream import as_html
from meiri.newsroom.models import Article
from tests.ingest.pages import TITLE, a_portal_page
from tests.ingest.test_admin import a_user
from tests.ingest.test_importing import a_jpeg
from tests.newsroom_factory import a_channel, a_station

TEXTS = [
    ["清晨六点，稻田上空传来嗡嗡声，三架无人机依次升空。", "村里的人都说从没见过这样的场面。"],
    ["到了中午，气温升到三十四度，机手们躲进树荫里吃饭。", "下午还有两百亩地等着他们。"],
    ["傍晚收工时，账本上记下了四百三十亩。", "合作社的会计说，比去年快了三倍。"],
]


def pages(folder, names, titles=None, texts=TEXTS):
    for n, name in enumerate(names):
        title = titles[n] if titles else TITLE
        (folder / name).write_text(a_portal_page(title=title, paragraphs=texts[n]))
    return folder


def run(capsys, folder, *options, refused=False):
    if refused:
        with pytest.raises(CommandError):
            call_command("import", str(folder), "--json", *options)
    else:
        call_command("import", str(folder), "--json", *options)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.django_db
class TestARun:
    @pytest.fixture(autouse=True)
    def channel(self):
        a_channel()

    @pytest.mark.parametrize(
        "names",
        [
            ["content.html", "content_2.html", "content_3.html"],
            ["a_1.html", "a_2.html", "a_3.html"],
            ["t-p1.html", "t-p2.html", "t-p3.html"],
            ["稿第1页.html", "稿第2页.html", "稿第3页.html"],
        ],
    )
    def test_e3_numbered_pages_of_one_address_are_one_article_in_their_order(self, tmp_path, capsys, names):
        (record,) = run(capsys, pages(tmp_path, names), "--publish")
        article = Article.objects.get()
        assert article.live
        assert plain(as_html(article.body)).split("\n") == [p for text in TEXTS for p in text]
        assert any("由 3 页合成" in warning for warning in record["warnings"])
        (again,) = run(capsys, tmp_path)
        assert again["status"] == "duplicate"

    def test_e3_the_tenth_page_comes_after_the_ninth(self, tmp_path, capsys):
        texts = [
            [f"这是第{n}页的第一段文字，写得不算短。", f"这是第{n}页的末尾一段文字。"] for n in range(1, 13)
        ]
        names = ["a.html", *(f"a_{n}.html" for n in range(2, 13))]
        run(capsys, pages(tmp_path, names, texts=texts))
        lines = plain(as_html(Article.objects.get().body)).split("\n")
        assert lines == [line for text in texts for line in text]

    def test_e3_pages_numbered_in_their_headlines_are_joined(self, tmp_path, capsys):
        titles = [TITLE, f"{TITLE}（2）", f"{TITLE}（3）"]
        (record,) = run(capsys, pages(tmp_path, ["1001.html", "1002.html", "1003.html"], titles))
        assert record["title"] == TITLE
        assert "账本" in record["body"]

    @pytest.mark.parametrize(
        ("names", "titles"),
        [
            (["a.html", "b.html", "c.html"], None),
            (["a.html", "a_2.html", "a_4.html"], None),
            (
                ["a.html", "a_2.html", "a_3.html"],
                [TITLE, "另一条消息的标题不一样", "第三条消息的标题也不一样"],
            ),
        ],
    )
    def test_e3_what_can_not_be_joined_is_refused_by_name_and_overwrites_nothing(
        self, tmp_path, capsys, names, titles
    ):
        first, *others = run(capsys, pages(tmp_path, names, titles), "--publish", refused=True)
        assert first["status"] == "imported"
        assert [r["status"] for r in others] == ["refused"] * 2
        assert all("a.html" in r["reason"] for r in others)
        assert plain(as_html(Article.objects.get().body)).split("\n") == TEXTS[0]

    def test_e3_an_update_that_shares_nothing_says_so(self, tmp_path, capsys):
        run(capsys, pages(tmp_path, ["a.html"]))
        (record,) = run(capsys, pages(tmp_path, ["a.html"], texts=TEXTS[1:]))
        assert record["status"] == "updated"
        assert any("几乎没有相同之处" in warning for warning in record["warnings"])
        (record,) = run(capsys, pages(tmp_path, ["a.html"], texts=[[*TEXTS[1], "又加了一段。"]]))
        assert not any("几乎没有相同之处" in warning for warning in record["warnings"])

    def test_by_content_alone_new_pictures_are_not_passed_over_in_silence(self, tmp_path, capsys):
        run(capsys, pages(tmp_path, ["a.html"]))
        (tmp_path / "a_files").mkdir()
        (tmp_path / "a_files" / "a.jpg").write_bytes(a_jpeg())
        picture = '<p><img src="./a_files/a.jpg"></p>'
        (tmp_path / "a.html").write_text(a_portal_page(paragraphs=TEXTS[0], extra=picture))
        (record,) = run(capsys, tmp_path)
        assert record["status"] == "duplicate"
        assert any("带来 1 张图片，稿件里有 0 张" in warning for warning in record["warnings"])


@pytest.mark.django_db
class TestTheAdmin:
    def test_e3_uploaded_pages_are_joined_too(self, client):
        a_channel()
        client.force_login(a_user("reporter", "add_article", "change_article", "view_article"))
        files = [
            SimpleUploadedFile(f"a_{n}.html", a_portal_page(paragraphs=text).encode())
            for n, text in enumerate(TEXTS, start=1)
        ]
        answer = client.post(reverse("ingest_import"), {"uploads": files})
        assert "由 3 页合成" in answer.content.decode()
        assert plain(as_html(Article.objects.get().body)).split("\n") == [p for text in TEXTS for p in text]


@pytest.mark.django_db
class TestStations:
    """A desk that has stations only, as that of 新疆."""

    @pytest.fixture
    def stations(self, client):
        a_channel()
        found = [a_station("新疆", "xinjiang"), a_station("浙江", "zhejiang"), a_station("海南", "hainan")]
        user = a_user("station", "add_article", "change_article", "view_article", desk=[])
        user.groups.get().desk.stations.set(found[:2])
        client.force_login(user)
        return found

    def test_c5_a_station_is_chosen_and_looks_after_the_draft(self, client, stations):
        page = client.get(reverse("ingest_import")).content.decode()
        assert "新疆" in page
        assert "海南" not in page
        answer = client.post(reverse("ingest_import"), {"text": a_portal_page(), "station": stations[0].pk})
        assert "已存为草稿" in answer.content.decode()
        article = Article.objects.get()
        assert article.home_station == stations[0]
        assert list(article.stations.all()) == [stations[0]]
        assert (
            client.get(reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])).status_code == 200
        )

    def test_c5_without_one_the_editor_is_asked_to_choose(self, client, stations):
        text = client.post(reverse("ingest_import"), {"text": a_portal_page()}).content.decode()
        assert "请选择由哪个地方站发稿" in text
        assert not Article.objects.exists()

    def test_c5_no_other_desks_station_can_be_chosen(self, client, stations):
        answer = client.post(reverse("ingest_import"), {"text": a_portal_page(), "station": stations[2].pk})
        assert answer.status_code == 422
        assert not Article.objects.exists()

    def test_c5_a_desk_with_one_station_need_not_choose(self, client, stations):
        Article.objects.all().delete()
        desk = stations[0]
        from meiri.newsroom.models import Desk

        Desk.objects.get().stations.set([desk])
        client.post(reverse("ingest_import"), {"text": a_portal_page()})
        assert Article.objects.get().home_station == desk


def an_item(n, address, text):
    return Item(f"f{n}.html", article=ParsedArticle(title="题", body=f"<p>{text}</p>", original_url=address))


@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["甲", "乙", "丙"])), max_size=130)
)
def test_e3_every_item_is_answered_and_no_address_is_taken_twice_with_other_words(drawn):
    items = [an_item(n, address, text) for n, (address, text) in enumerate(drawn)]
    out = list(joined(items))
    assert sorted(item.file for item in out) == sorted(item.file for item in items)
    taken = {}
    for item in out:
        if item.article and item.article.original_url:
            assert taken.setdefault(item.article.original_url, item.article.body) == item.article.body


def test_a_page_read_alone_is_taken_as_before(db):
    a_channel()
    assert import_items(read_pasted(a_portal_page())).status == "imported"
