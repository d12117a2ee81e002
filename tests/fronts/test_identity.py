"""The site's name and signs are what its editors say."""

import io
import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from meiri.comments.moderation import official_name
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import SiteSettings
from meiri.identity import Identity, identity
from meiri.visitors.forms import NicknameField
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def a_picture(size: tuple[int, int], format: str = "PNG", name: str = "报头.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, format)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def desk(client, media, initial_data):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def send(client, **fields):
    """Send the form of 站点信息 as the admin shows it, with other values in `fields`."""
    site = SiteSettings.load()
    address = f"/admin/settings/fronts/sitesettings/{site.pk}/"
    empty = {f"{name}-count": "0" for name in ("telephones", "licences")}
    text = {
        field.name: getattr(site, field.name)
        for field in site._meta.fields
        if field.name not in ("id", "telephones", "licences", "wordmark", "mark")
    }
    return client.post(address, text | empty | fields)


def test_d10_a_paper_of_another_name_has_it_everywhere(desk, client):
    article = an_article("麦子黄了")
    article.source.name = "稻香乡讯"
    article.source.save()
    assert send(desk, name="临川晚报", stations_name="临川各地", magazine_name="临川周刊").status_code == 302
    home = client.get("/").content.decode()
    assert "<title>临川晚报" in home
    assert '<meta property="og:site_name" content="临川晚报">' in home
    assert "wordmark.svg" not in home
    assert '<a class="wordmark named" href="/" aria-label="临川晚报首页">临川晚报</a>' in home
    page = client.get(article.get_absolute_url()).content.decode()
    assert "麦子黄了" in page
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert "临川晚报" in json.dumps([json.loads(text) for text in data], ensure_ascii=False)
    assert "临川各地" in client.get("/difang/").content.decode()
    for address in (
        "/",
        article.get_absolute_url(),
        "/difang/",
        "/rss.xml",
        "/feed.json",
        "/news-sitemap.xml",
        "/letters/",
    ):
        text = client.get(address).content.decode()
        assert "临川晚报" in text, address
        assert "每日新闻网" not in text, address
    admin = desk.get("/admin/").content.decode()
    assert "临川晚报采编后台" in admin
    assert official_name() == "临川晚报编辑部"


def test_d10_nobody_may_take_the_papers_name(desk):
    assert NicknameField().clean("临川晚报小编") == "临川晚报小编"
    send(desk, name="临川晚报")
    for name in ("临川晚报", "临川晚 记者", "临 川 晚 报"):
        with pytest.raises(ValidationError):
            NicknameField().clean(name)
    assert NicknameField().clean("每日新闻网的读者") == "每日新闻网的读者"


def test_d10_signs_are_drawn_anew_and_shown_to_readers_and_editors(desk, client, media):
    signs = {"wordmark": a_picture((2400, 300)), "mark": a_picture((600, 600), "JPEG", "图标.jpg")}
    assert send(desk, **signs).status_code == 302
    own = identity()
    assert re.fullmatch(r"/media/identity/wordmark-[0-9a-f]{12}\.png", own.wordmark)
    home = client.get("/").content.decode()
    assert f'<img src="{own.wordmark}" alt="每日新闻网">' in home
    assert f'<link rel="icon" href="{own.mark}" type="image/png">' in home
    for address, size in ((own.wordmark, (1200, 150)), (own.mark, (512, 512))):
        picture = Image.open(io.BytesIO(b"".join(client.get(address))))
        assert (picture.format, picture.size) == ("PNG", size)
    admin = desk.get("/admin/").content.decode()
    assert own.mark in admin


@pytest.mark.parametrize(
    ("field", "file"),
    [
        ("mark", a_picture((600, 300))),
        ("wordmark", SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")),
        ("wordmark", SimpleUploadedFile("a.svg", b"<svg/>")),
        ("wordmark", a_picture((10, 10), "BMP")),
    ],
)
def test_d10_what_is_no_sign_is_refused_and_nothing_kept(desk, media, field, file):
    file.seek(0)
    answer = send(desk, name="临川晚报", **{field: file})
    assert answer.status_code == 200
    assert identity() == Identity()
    assert not list(media.rglob("*.*"))


def test_d10_without_settings_it_is_the_sample(client):
    assert identity() == Identity()
    assert Identity().short_names == ("每日新闻网", "每日新闻")


def test_d10_the_journal_tells_and_the_identity_costs_nothing_while_it_stands_still(
    desk, django_assert_num_queries
):
    send(desk, name="临川晚报")
    assert identity().name == "临川晚报"
    with django_assert_num_queries(1):
        assert identity().name == "临川晚报"


def test_d12_there_is_an_icon_at_the_address_that_browsers_ask_for(desk, client):
    for _ in range(2):
        answer = client.get("/favicon.ico")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
        icon = Image.open(io.BytesIO(answer.content))
        assert icon.format == "ICO"
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
        assert client.get("/favicon.ico", headers={"If-None-Match": answer["ETag"]}).status_code == 304
        send(desk, mark=a_picture((300, 300)))
    assert Image.open(io.BytesIO(client.get("/favicon.ico").content)).convert("RGB").getpixel((5, 5)) == (
        0,
        0,
        128,
    )
