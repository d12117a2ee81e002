"""What is known of a picture is told wherever readers and other programs meet it: pages, both editions, feeds, the API."""

import json
import re

import pytest
from PIL import Image

from meiri.media import xmp
from meiri.media.adding_pictures import store
from meiri.media.models import Picture
from meiri.web.poster_drawing import Poster, draw_poster
from tests.media.labelled_samples import BLOCK, PRODUCER, a_labelled_file, block_in
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def picture() -> Picture:
    return store(a_labelled_file("JPEG", Image.new("RGB", (900, 600), "red")), "图")[0]


def test_an_article_marks_its_pictures_and_opens_what_is_known(client, picture):
    body = [("image", {"image": picture, "caption": "说明", "credit": ""})]
    article = an_article(picture=picture, text=body)
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count('data-ai="AI 生成"') == 2
    details = re.findall(r'<details class="origin">.*?</details>', page, re.DOTALL)
    assert len(details) == 2
    assert all("人工智能生成" in one and PRODUCER in one and "© 2026 每日图片社" in one for one in details)


def test_the_traditional_edition_marks_them_in_its_script(client, picture):
    Picture.objects.filter(pk=picture.pk).update(ai_label="2", ai_label_reason="核对过")
    article = an_article(picture=picture)
    page = client.get(f"/zh-hant{article.get_absolute_url()}").content.decode()
    assert 'data-ai="可能為 AI 生成"' in page
    assert re.search("可能為人工智[能慧]生成", page)
    assert "核對過" in page


def test_lists_mark_pictures_too_and_not_those_without_a_label(client, picture):
    an_article(picture=picture, channel=a_channel())
    page = client.get("/keji/").content.decode()
    assert 'data-ai="AI 生成"' in page
    plain, _ = store(a_labelled_file("JPEG", packet=xmp.write_packet({xmp.CREATOR: ["甲"]})), "图")
    page = client.get(an_article(picture=plain).get_absolute_url()).content.decode()
    assert "data-ai" not in page
    assert '<details class="origin">' not in page


def test_structured_data_and_the_api_say_what_is_known(client, picture):
    article = an_article(picture=picture)
    page = client.get(article.get_absolute_url()).content.decode()
    found = [
        json.loads(text)
        for text in re.findall(r"<script type=\"application/ld\+json\"[^>]*>(.*?)</script>", page, re.DOTALL)
    ]
    (image,) = next(
        one["image"]
        for data in found
        for one in (data if isinstance(data, list) else [data])
        if "image" in one
    )
    assert image["digitalSourceType"] == TRAINED
    assert (image["creditText"], image["copyrightNotice"]) == ("每日图片社", "© 2026 每日图片社")
    assert image["creator"]["name"] == "林晚舟"

    said = client.get(f"/api/v1/articles/{article.pk}/").json()
    assert said["picture_label"] == "1"
    assert (
        said["picture_provenance"]["aigc"] == BLOCK.spread_by("每日新闻网", f"picture-{picture.pk}").as_dict()
    )
    assert said["picture_provenance"]["source_type"] == "trainedAlgorithmicMedia"
    assert "（人工智能生成）" in said["body"]
    (line,) = client.get("/api/v1/articles/").json()["results"]
    assert line["picture_label"] == "1"


def test_feeds_say_it_below_the_picture(client, picture):
    an_article(picture=picture)
    assert "（人工智能生成）" in client.get("/rss.xml").content.decode()
    assert "（人工智能生成）" in client.get("/feed.json").json()["items"][0]["content_html"]


def test_a_poster_carries_the_label_of_its_picture(picture):
    drawn = draw_poster(
        Poster("每日", "", "标题", "", "每日", "https://example.com/", packet=picture.packet())
    )
    assert block_in(drawn).propagate_id == f"picture-{picture.pk}"


def test_editors_read_where_a_picture_comes_from(client, django_user_model, picture):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    page = client.get(f"/admin/images/{picture.pk}/").content.decode()
    assert "来源与标识" in page
    assert PRODUCER in page
