"""An issue of the magazine, or of a newspaper: pages of paper, files for other devices, pieces with the tools of an article."""

import io
import json
import re
import zipfile

import pikepdf
import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from wagtail.models import PageViewRestriction

from meiri.fronts import issue_contents
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import MagazineIssuePage, MagazineShelfPage
from meiri.media.withdrawing_pictures import withdraw_picture
from meiri.search import directory
from meiri.web import page_frame
from tests.caches import clear_caches
from tests.newsroom_factory import a_channel
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
ISSUE = "/zazhi/2026-10/"


@pytest.fixture(scope="module")
def initial_data(shared_database):
    a_channel()
    create_pages()


@pytest.fixture
def issue(initial_data) -> MagazineIssuePage:
    page_frame.forget_frame()
    directory.forget_names()
    picture = a_picture()
    entries = [
        ("秋天的<账>", "封面故事", "江予安", f'<p>第一段&amp;。</p><h2>小标题</h2><ul><li>一项</li></ul><embed embedtype="image" id="{picture.pk}" format="fullwidth" alt="图"/>'),
        ("水渠通到田头", "田野", "", "<blockquote><p>引一句。</p></blockquote><p>第二篇的正文。</p>"),
    ]  # fmt: skip
    contents = [
        ("entry", {"section": section, "title": title, "page": n * 4, "author": author, "summary": "提要",
                   "picture": picture if n == 1 else None, "body": body})
        for n, (title, section, author, body) in enumerate(entries, start=1)
    ]  # fmt: skip
    areas = [
        {"piece": piece, "left": 5, "top": 10 * piece, "width": 60, "height": 8.5} for piece in (1, 2, 1)
    ]
    sheets = [("sheet", {"name": "01版 要闻", "image": picture, "areas": areas}),
              ("sheet", {"name": "02版 副刊", "image": picture, "areas": []})]  # fmt: skip
    page = MagazineShelfPage.objects.get().add_child(
        instance=MagazineIssuePage(
            title="秋收号", slug="2026-10", number="2026年10月号", words="卷首语一句。", cover=picture,
            contents=contents, sheets=sheets,
        )
    )  # fmt: skip
    page.save_revision().publish()
    return page


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("<wbr>", "")


def test_pages_of_paper_lead_to_pieces_by_image_and_by_list(client, issue):
    assert f'href="{ISSUE}banmian/1/"' in text(client, ISSUE)
    page = text(client, f"{ISSUE}banmian/1/").partition("<main")[2]
    assert re.findall(r'<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', page) == [
        ("5", "10", "60", "8.5"),
        ("5", "20", "60", "8.5"),
        ("5", "10", "60", "8.5"),
    ]
    listed = page.partition('<ol class="lines">')[2].partition("</ol>")[0]
    assert re.findall(r'href="(.*?)"', listed) == [f"{ISSUE}1/", f"{ISSUE}2/"]
    assert f'rel="next" href="{ISSUE}banmian/2/"' in " ".join(page.split())
    assert "本版没有单独的篇目" in text(client, f"{ISSUE}banmian/2/")
    assert client.get(f"{ISSUE}banmian/3/").status_code == 404
    assert "01版 要闻" in text(client, f"{ISSUE}2/")


def test_an_area_that_leads_to_no_piece_is_refused(issue):
    raw = [dict(block) for block in issue.sheets.raw_data]
    raw[0]["value"]["areas"][0]["value"]["piece"] = 9
    issue.sheets = MagazineIssuePage._meta.get_field("sheets").to_python(json.dumps(raw))
    with pytest.raises(ValidationError, match="01版 要闻有区域指向的篇目不在"):
        issue.clean()


def test_each_piece_has_the_tools_of_an_article(client, issue):
    page = text(client, f"{ISSUE}1/")
    for tool in (
        "data-aloud",
        'data-switch="size"',
        "data-print",
        "data-copy",
        "data-share",
        "service.weibo.com",
    ):
        assert tool in page
    assert client.get("/qr/zazhi/2026-10/1.svg")["Content-Type"] == "image/svg+xml"
    assert client.get("/qr/zazhi/2026-10/3.svg").status_code == 404
    data = [
        json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]
    assert [one["@type"] for one in data] == ["Article", "BreadcrumbList"]
    assert data[0]["isPartOf"]["issueNumber"] == "2026年10月号"
    assert f'rel="next" href="{ISSUE}2/"' in " ".join(page.split())


def test_the_files_made_of_it_are_whole(client, issue):
    answer = client.get("/issues/2026-10.pdf")
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) >= 4
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["秋天的<账>", "水渠通到田头"]
    answer = client.get("/issues/2026-10.epub")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.infolist()[0].filename == "mimetype"
        assert book.read("mimetype") == b"application/epub+zip"
        names = set(book.namelist())
        package = etree.fromstring(book.read("content.opf"))
        listed = set(package.xpath("//*[local-name()='item']/@href"))
        assert listed == names - {"mimetype", "META-INF/container.xml", "content.opf"}
        for name in names:
            if name.endswith((".xhtml", ".opf", ".xml")):
                etree.fromstring(book.read(name))
        first = book.read("piece-1.xhtml").decode()
        assert "秋天的&lt;账&gt;" in first
        assert "第一段&amp;。" in first
        assert set(re.findall(r'src="(.*?)"', first)) <= names
    assert client.get("/issues/2020-01.pdf").status_code == 404


def test_files_hold_a_bounded_number_of_pictures(client, issue, monkeypatch):
    monkeypatch.setattr(issue_contents, "MOST_PICTURES", 1)
    clear_caches()
    with zipfile.ZipFile(io.BytesIO(client.get("/issues/2026-10.epub").content)) as book:
        images = [name for name in book.namelist() if name.startswith("images/")]
    assert images == ["images/cover.jpg", "images/1-0.jpg"]


def test_a_picture_that_is_withdrawn_leaves_the_files_too(client, issue):
    def pictures() -> list[str]:
        with zipfile.ZipFile(io.BytesIO(client.get("/issues/2026-10.epub").content)) as book:
            return [name for name in book.namelist() if name.startswith("images/")]

    assert pictures()
    withdraw_picture(issue.cover, "著作权人来函")
    assert pictures() == []


def test_its_pieces_are_found_and_on_the_map(client, issue, search_index):
    search_index.catch_up()
    page = text(client, "/search/?q=水渠通到田头")
    assert f'href="{ISSUE}2/"' in page
    assert f'href="{ISSUE}2/"' not in text(client, "/search/?q=水渠 -田头")
    places = text(client, "/sitemaps/sections.xml")
    assert f"{ISSUE}2/</loc>" in places
    assert f"{ISSUE}banmian/1/</loc>" in places


def test_finding_pieces_and_the_map_cost_the_same_with_many_issues(client, issue, search_index):
    def queries(address: str) -> int:
        client.get(address)  # so that all that is kept has followed the journal
        clear_caches()
        with CaptureQueriesContext(connection) as asked:
            assert "/zazhi/2026-10/2/" in text(client, address)
        return len(asked)

    search_index.catch_up()
    addresses = ("/search/?q=水渠通到田头", "/sitemaps/sections.xml")
    with_one = [queries(address) for address in addresses]
    for number in (7, 8, 9):
        copied = MagazineIssuePage(
            title="往期", slug=f"2026-0{number}", number=f"{number}月号", cover=issue.cover,
            contents=issue.contents, sheets=issue.sheets,
        )  # fmt: skip
        MagazineShelfPage.objects.get().add_child(instance=copied)
    assert [queries(address) for address in addresses] == with_one


def test_an_issue_that_is_private_is_offered_nowhere(client, issue, search_index):
    search_index.catch_up()
    found = "/search/?q=水渠通到田头"
    doors = ("/issues/2026-10.pdf", "/issues/2026-10.epub", "/qr/zazhi/2026-10/1.svg")
    assert f'href="{ISSUE}2/"' in text(client, found)
    assert [client.get(door).status_code for door in doors] == [200, 200, 200]
    restriction = PageViewRestriction.objects.create(page=issue, restriction_type="login")
    assert [client.get(door).status_code for door in doors] == [404, 404, 404]
    assert f'href="{ISSUE}2/"' not in text(client, found)
    assert ISSUE not in text(client, "/sitemaps/sections.xml")
    restriction.delete()
    assert f'href="{ISSUE}2/"' in text(client, found)


def test_editors_lay_out_pages_of_paper_in_the_admin(client, issue):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    form = client.get(f"/admin/pages/{issue.pk}/edit/").content.decode()
    assert "版面图" in form
    assert "01版 要闻" in form
