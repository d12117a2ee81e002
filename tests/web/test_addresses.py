"""Names that people type become part of addresses: whatever they are, the pages that link to them can be read."""

import json
import re
from html import unescape
from urllib.parse import quote, unquote, urlsplit

import pytest
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from taggit.models import Tag

from meiri.delivery.page_files import name_of
from meiri.ingest.importing import import_items
from meiri.ingest.record_line import read_record
from meiri.newsroom.authors import author_named
from meiri.newsroom.models import Article
from meiri.newsroom.tags import slug_of, tag_address
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db

NAMES = [
    "5G/6G", ".", "..", "/", "//", "?", "#", "%", "%2F", "a?b#c", "人工智能 应用", " 两端有空格 ", "🌾", "👨‍👩‍👧", "العربية", "עברית",
    "ئۇيغۇر", "བོད་ཡིག", "ᠮᠣᠩᠭᠣᠯ", "\u0301", "\u202e反过来", "字" * 100, "ﷺ" * 100, "AI", "Ai", "ai", "A-I", "Ｃ＋＋", "C++", "C#", "\\", "index.html",
    "a\nb", "'\"<b>", "rss.xml", "\u3164", "𠮷野家", "-", "_", "5G-6G", "2026", "tag", "&amp;", "é", "e\u0301",
]  # fmt: skip
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)


@given(names | st.sampled_from(NAMES))
def test_a5_the_slug_of_any_name_is_one_plain_word(name):
    slug = slug_of(name)
    assert re.fullmatch(r"[\w-]+", slug)
    assert len(slug) <= 100
    address = f"/tag/{slug}/"
    assert name_of(address)  # a page file can stand there
    assert resolve(address).kwargs == {"word": slug}
    assert unquote(urlsplit(f"/tag/{quote(slug)}/").path) == address


@given(st.lists(names | st.sampled_from(NAMES), unique=True))
def test_a5_no_two_names_share_a_slug(several):
    assert len({slug_of(name) for name in several}) == len(several)


@given(st.lists(names | st.sampled_from(NAMES), unique=True))
def test_a5_a_slug_taken_as_a_name_is_itself_or_another(several):
    """A tag may be called as the address of another reads."""
    slugs = {name: slug_of(name) for name in several}
    for name, slug in slugs.items():
        assert name == slug or slug_of(slug) != slug


def test_a5_plain_names_stand_in_their_addresses_as_they_are():
    assert [slug_of(n) for n in ("气象", "AI", "5G", "北斗三号")] == ["气象", "AI", "5G", "北斗三号"]


@pytest.mark.parametrize("edition", ["", "/zh-hant"])
def test_a5_a_tag_with_a_slash_has_a_page(client, edition):
    article = an_article("新一代通信", tags=["5G/6G"])
    page = client.get(edition + article.get_absolute_url())
    assert page.status_code == 200
    (link,) = re.findall(r'<ul class="tags".*?href="([^"]*)"', page.content.decode())
    assert link.startswith(f"{edition}/tag/5G-6G-")
    found = client.get(link)
    assert found.status_code == 200
    assert "新一代通信" in found.content.decode()


def test_a5_every_odd_tag_leads_from_its_article_to_its_page(client, stored_pages):
    article = an_article("题目", tags=NAMES)
    tags = [item.tag for item in article.tagged_items.select_related("tag")]
    assert len(tags) >= len({name.casefold() for name in NAMES})
    for _ in range(2):  # rendered, then from its file
        page = client.get(article.get_absolute_url()).content.decode()
        links = re.findall(r'href="(/tag/[^"]*)"', page)
        assert sorted(unescape(link) for link in links) == sorted(map(tag_address, tags))
        for tag in tags:
            answer = client.get(tag_address(tag))
            assert answer.status_code == 200, tag.name
            assert article.get_absolute_url() in answer.content.decode()


@pytest.mark.parametrize("name", ["5G/6G", "人工智能 应用", "C#", "100%", "🌾", "两个//斜杠"])
def test_a5_the_address_that_once_held_the_name_redirects(client, name):
    article = an_article(tags=[name])
    (tag,) = [item.tag for item in article.tagged_items.all()]
    for edition in ("", "/zh-hant"):
        answer = client.get(f"{edition}/tag/{quote(name)}/?before=100-1")
        assert answer.status_code == 301
        assert answer["Location"].endswith(f"{edition}{tag_address(tag)}?before=100-1")


def test_a5_a_tag_that_nobody_has_is_nowhere(client):
    a_channel()
    for word in ("没有", "a/b", "字" * 101, "%00"):
        assert client.get(f"/tag/{quote(word)}/").status_code == 404


def test_a5_tags_made_before_get_their_addresses():
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    for name, slug in (("5G/6G", "5g6g"), ("!", ""), ("AI", "ai"), ("ai_1", "AI"), ("?", "_1")):
        tag = Tag.objects.create(name=name)
        Tag.objects.filter(pk=tag.pk).update(slug=slug)
    migration = import_module("meiri.newsroom.migrations.0006_tag_addresses")
    migration.give_slugs(apps, connection.schema_editor())
    assert dict(Tag.objects.values_list("name", "slug")) == {
        name: slug_of(name) for name in ("5G/6G", "!", "AI", "ai_1", "?")
    }


def test_a5_imported_articles_with_such_tags_can_be_read(client):
    a_channel()
    for n, name in enumerate(NAMES):
        line = json.dumps(
            {
                "title": f"第{n}篇",
                "body": f"<p>第{n}篇的正文，各不相同。</p>",
                "channel": "keji",
                "tags": [name, "5G/6G"],
            }
        )
        article, extras = read_record(line)
        assert import_items(article, extras=extras, publishing=True).status == "imported"
    for article in Article.objects.live():
        assert client.get(article.get_absolute_url()).status_code == 200


class TestAnyTag(TestCase):
    @given(st.lists(names, min_size=1, max_size=8))
    def test_a5_an_article_with_any_tags_can_be_read(self, tags):
        article = an_article(tags=tags)
        page = self.client.get(article.get_absolute_url())
        assert page.status_code == 200
        for link in re.findall(r'href="(/tag/[^"]*)"', page.content.decode()):
            assert self.client.get(unescape(link)).status_code == 200

    @given(names)
    def test_a5_an_author_of_any_name_has_a_page(self, name):
        author = author_named(name)
        article = an_article(authors=[author], editor=author)
        assert self.client.get(author.get_absolute_url()).status_code == 200
        assert self.client.get(article.get_absolute_url()).status_code == 200
