"""Standard pages and the records of the site, as readers and machines get them."""

import json
import re

import pytest

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import SiteSettings, StandardPage
from meiri.web import page_frame

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site():
    page_frame.forget_frame()
    create_pages()
    records = SiteSettings.load()
    records.supervisor, records.organisation = "示例主管单位", "示例主办单位"
    records.address, records.postcode, records.email = "新闻路 1 号", "100000", "a@example.com"
    records.reporting_line, records.reporting_url = "举报电话：12377", "https://jubao.example.com/"
    records.minors_line, records.legal_adviser = "涉未成年人举报：000-1", "示例律师事务所"
    records.telephones = [("telephone", {"label": "读者热线", "number": "000 2222"})]
    records.save()
    page = StandardPage.objects.get(slug="contact")
    department = {"name": "总编室", "work": "投稿", "telephone": "000 3333", "email": "t@example.com"}
    page.departments = [("department", {**department, "address": "三层", "hours": "工作日"})]
    page.save_revision().publish()
    yield
    page_frame.forget_frame()


def test_the_contact_page_tells_people_and_machines_the_same(client):
    page = client.get("/about/contact/").content.decode()
    for part in (
        "示例主管单位",
        "示例主办单位",
        'href="tel:0003333"',
        "mailto:t@example.com",
        "三层",
        "工作日",
    ):
        assert part in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "ContactPage"
    organisation = data["mainEntity"]
    assert organisation["legalName"] == "示例主办单位"
    assert organisation["address"]["postalCode"] == "100000"
    assert [(p["contactType"], p["telephone"]) for p in organisation["contactPoint"]] == [
        ("读者热线", "000 2222"),
        ("投稿", "000 3333"),
    ]


def test_every_record_stands_at_the_end_of_each_page(client):
    page = client.get("/corrections/").content.decode()
    for part in (
        "主管：示例主管单位",
        "主办：示例主办单位",
        "涉未成年人举报：000-1",
        "法律顾问：示例律师事务所",
    ):
        assert part in page
    assert '<a href="https://jubao.example.com/" rel="noopener nofollow">举报电话：12377</a>' in page


def test_the_page_of_accessibility_has_the_settings_and_a_way_to_report(client):
    page = client.get("/about/accessibility/").content.decode()
    assert 'data-setting="theme"' in page
    assert 'href="/reports/barrier/"' in page
    assert 'data-setting="theme"' not in client.get("/about/contact/").content.decode()
