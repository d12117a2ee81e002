"""What the newsroom answers to a paste, and to 一键排版."""

import base64
import io
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from meiri.ingest import storing_pictures
from meiri.ingest.layout_desk import LONGEST
from meiri.ingest.parsed import FoundPicture
from meiri.ingest.storing_pictures import MOST, store_pictures
from meiri.media.models import Picture
from meiri.outbound import OutboundRules
from tests.ingest.test_admin import a_user
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
PASTE, LAYOUT = "/admin/paste/", "/admin/layout/"


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    return client


def a_png(side=120) -> bytes:
    drawn = io.BytesIO()
    Image.effect_noise((side, 80), 90).convert("RGB").save(drawn, "PNG")
    return drawn.getvalue()


def paste(client, html="", text="", pictures=()):
    files = {"html": html, "text": text, "rtf": ""}
    form = {name: SimpleUploadedFile(name, words.encode()) for name, words in files.items()}
    form["pictures"] = [SimpleUploadedFile(f"图{n}.png", data) for n, data in enumerate(pictures)]
    return client.post(PASTE, form)


def blocks_of(answer) -> list[tuple]:
    return [(block["type"], block["value"]) for block in answer.json()["blocks"]]


def test_c4_a_table_a_heading_and_a_quote_arrive_as_their_blocks(desk):
    answer = paste(
        desk,
        "<h2>早班</h2><p>一段<b>粗</b></p><table><tr><th>时间</th></tr><tr><td>6:30</td></tr></table>"
        "<blockquote><p>走吧</p><p>——船工</p></blockquote>",
    )
    heading, text, table, quote = blocks_of(answer)
    assert heading == ("heading", "早班")
    assert [block["text"] for block in json.loads(text[1])["blocks"]] == ["一段粗"]
    assert table[1]["data"] == [["时间"], ["6:30"]]
    assert table[1]["first_row_is_table_header"]
    assert quote == ("quote", {"text": "走吧", "speaker": "船工"})
    assert answer.json()["said"] == "粘贴了 1 段文字、1 个小标题、1 段引文、1 个表格。"
    assert answer.json()["text"] is None


def test_c4_text_alone_is_for_the_caret(desk):
    answer = paste(desk, "", "　　一\n\n二").json()
    assert [block["text"] for block in json.loads(answer["text"])["blocks"]] == ["一", "二"]


def test_c4_what_is_left_out_is_said(desk):
    said = paste(
        desk, "<p>正文</p><iframe src='https://v.example/1'></iframe><p style='display:none'>藏</p>"
    ).json()
    assert said["said"] == "粘贴了 1 段文字；没有收入：嵌入的网页“https://v.example/1”、隐藏的文字“藏”。"
    assert not said["is_complete"]


def test_c4_a_picture_of_the_clipboard_goes_into_the_library(desk):
    answer = paste(desk, pictures=[a_png()])
    picture = Picture.objects.get()
    assert [(kind, value["image"]["id"]) for kind, value in blocks_of(answer)] == [("image", picture.pk)]
    assert answer.json()["said"] == "粘贴了 1 张图片。"
    # Once more: it is there already.
    paste(desk, pictures=[picture.file.open().read()])


def test_c4_one_picture_of_a_page_is_the_file_beside_it(desk):
    answer = paste(desk, "<img src='https://pictures.invalid/江岸.jpg' alt='江岸'>", pictures=[a_png()])
    (image,) = blocks_of(answer)
    assert Picture.objects.get().description == "江岸"
    assert image[1]["credit"] == "来源：pictures.invalid"


def test_c4_what_cannot_be_fetched_keeps_its_place_and_is_named(desk):
    answer = paste(
        desk, "<p>一</p><figure><img src='file:///C:/a/image001.png'><figcaption>江岸</figcaption></figure>"
    )
    assert blocks_of(answer)[1] == (
        "missing_picture",
        {"address": "file:///C:/a/image001.png", "caption": "江岸"},
    )
    assert "1 张图片没有取到：江岸（在您的电脑上，网页取不到，请另行上传）" in answer.json()["said"]
    inner = paste(desk, "<p>一</p><img src='http://127.0.0.1/a.jpg'>")
    assert blocks_of(inner)[1][0] == "missing_picture"
    assert "网址指向内部网络" in inner.json()["said"]


def test_c4_a_picture_of_our_own_page_is_the_one_of_the_library(desk, settings):
    paste(desk, pictures=[a_png()])
    picture = Picture.objects.get()
    address = f"{settings.BASE_URL}{settings.MEDIA_URL}{picture.stored_sizes().stem}-320.jpeg"
    answer = paste(desk, f"<p>一</p><img src='{address}'>")
    assert blocks_of(answer)[1][1]["image"]["id"] == picture.pk
    assert Picture.objects.count() == 1


def test_c4_who_may_not_add_pictures_pastes_the_rest(client):
    client.force_login(a_user("reporter", "add_article", "change_article"))
    answer = paste(client, f"<p>一</p><img src='{data_address(a_png())}'>")
    assert [kind for kind, _ in blocks_of(answer)] == ["text", "missing_picture"]
    assert "您没有上传图片的权限" in answer.json()["said"]
    assert not Picture.objects.exists()


def data_address(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


@contextmanager
def a_site(pictures: dict[str, bytes]):
    """A site that serves `pictures` by their paths, and counts what it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = pictures.get(self.path)
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *arguments):
            pass

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


HERE = OutboundRules(is_allowed=lambda address: True, ports=None)


def test_c4_pictures_of_other_sites_are_fetched(desk):
    chief = get_user_model().objects.get()
    with a_site({"/a.png": a_png(), "/b.png": b"no picture"}) as (site, _):
        found = [FoundPicture(f"{site}/{name}.png") for name in "abc"]
        stored = store_pictures(found, chief, HERE)
    assert list(stored.pictures) == [0]
    assert stored.missing == {1: "不是可以使用的图片", 2: "返回状态 404"}


def test_c4_no_more_pictures_are_fetched_than_one_paste_may_bring(desk):
    chief = get_user_model().objects.get()
    with a_site({}) as (site, asked):
        stored = store_pictures([FoundPicture(f"{site}/{n}.png") for n in range(MOST + 3)], chief, HERE)
    assert len(asked) == MOST
    assert [stored.missing[n] for n in range(MOST, MOST + 3)] == [f"一次最多粘贴 {MOST} 张"] * 3


def test_c4_when_the_time_is_over_the_rest_keep_their_places(desk, monkeypatch):
    monkeypatch.setattr(storing_pictures, "SECONDS", -1)
    stored = store_pictures([FoundPicture("", data=a_png())], get_user_model().objects.get(), HERE)
    assert stored.missing == {0: "图片较多，时间不够"}


def test_c4_the_queries_are_as_many_for_many_blocks(desk):
    def queries(times):
        with CaptureQueriesContext(connection) as found:
            paste(desk, "<h2>标题</h2><p>一段</p><table><tr><td>一<td>二</table>" * times)
        return len(found)

    queries(1)
    assert queries(1) == queries(20)


def test_c4_a_paste_that_cannot_be_read_is_refused_in_words(desk):
    answer = paste(desk, "<p " + "a " * 20_000 + ">")
    assert answer.status_code == 422
    assert answer.json() == {"error": "网页结构过于庞大，无法读取。"}


def test_c4_only_who_writes_articles_pastes(client):
    client.force_login(a_user("reader"))
    assert paste(client, "<p>一</p>").status_code == 302
    assert client.post(LAYOUT).status_code == 302
    assert client.get(PASTE).status_code == 302


def test_c4_a_forged_paste_is_refused(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(get_user_model().objects.get())
    assert paste(strict, "<p>一</p>").status_code == 403


def lay_out(client, blocks):
    return client.post(LAYOUT, nested_form_data({"body": streamfield(blocks)})).json()


def test_d15_the_preview_shows_each_change_and_stores_nothing(desk):
    article = an_article("标题", text="旧")
    before = article.latest_revision_id
    answer = lay_out(
        desk,
        [
            ("text", rich_text("<p>（一）　他说,<b>好</b>.</p><p></p><p>不改。</p>")),
            ("heading", "不改"),
            ("quote", {"text": "走,吧", "speaker": ""}),
        ],
    )
    first, empty, quote = answer["changes"]
    assert first["parts"] == [
        ["same", "（一）"],
        ["old", "　"],
        ["same", "他说"],
        ["old", ","],
        ["new", "，"],
        ["same", "好"],
        ["old", "."],
        ["new", "。"],
    ]
    assert empty["is_removed"]
    assert (quote["block"], quote["label"]) == (2, "引文")
    text, quoted = answer["blocks"]
    assert [block["text"] for block in json.loads(text["value"])["blocks"]] == ["（一）他说，好。", "不改。"]
    assert quoted == {"number": 2, "value": {"text": "走，吧", "speaker": None}}
    article.refresh_from_db()
    assert article.latest_revision_id == before


def test_d15_a_body_that_is_in_order_has_no_changes(desk):
    assert lay_out(desk, [("text", rich_text("<p>好。</p>"))]) == {"changes": [], "blocks": []}


def test_d15_a_body_beyond_the_bound_is_refused(desk):
    answer = lay_out(desk, [("text", rich_text("<p>" + "字" * LONGEST + "</p>"))])
    assert answer == {"error": "正文超过 100 万字符，请分成几篇再排版。"}


@pytest.mark.parametrize("typed", ["　　两格开头", "<b>　　粗的开头</b>", "\xa0 \xa0开头"])
def test_d12_a_typed_indent_is_not_added_to_that_of_the_style(client, typed):
    page = client.get(an_article("标题", text=typed).get_absolute_url()).content.decode()
    body = page[page.index('class="body') : page.index("</article>")]
    assert "开头" in body
    assert "　　" not in body
    assert "\xa0" not in body
