"""The table of public addresses says what the patterns of URLs, the kinds of pages and robots.txt do."""

import re
from collections import defaultdict

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from meiri.delivery.kinds import kind_of
from meiri.delivery.public_addresses import (
    CLOSED,
    LAID_OUT_ADDRESSES,
    PUBLIC_ADDRESSES,
    WITHOUT_EDITION,
)

BY_FIRST = {one.first: one for one in PUBLIC_ADDRESSES}
# Answered by WhiteNoise and by a middleware.
WITHOUT_VIEW = {"static", "weichengnian", "zhangbei", "zh-hant"}


def views_by_first_part(resolver: URLResolver, before: str = "") -> dict[str, list]:
    """The views of all addresses whose first part is written out, by that part."""
    found = defaultdict(list)
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern).removeprefix("^").replace("\\", "")
        if isinstance(entry, URLPattern):
            if first := re.match(r"([a-z0-9.][a-z0-9.-]*)(?=/|\Z|\$)", pattern):
                found[first[1]].append(entry.callback)
        else:
            for first, views in views_by_first_part(entry, pattern).items():
                found[first] += views
    return found


VIEWS = views_by_first_part(get_resolver())


def test_every_first_part_of_an_address_is_in_the_table_once():
    assert len(BY_FIRST) == len(PUBLIC_ADDRESSES)
    assert list(BY_FIRST) == sorted(BY_FIRST)
    assert set(VIEWS) | WITHOUT_VIEW | LAID_OUT_ADDRESSES == set(BY_FIRST)


def test_every_owner_is_an_app():
    apps = {app.removeprefix("meiri.") for app in settings.INSTALLED_APPS if app.startswith("meiri.")}
    assert {one.owner for one in PUBLIC_ADDRESSES} <= apps


@pytest.mark.parametrize("first", sorted(VIEWS))
def test_pages_are_stored_where_the_table_says_so(first):
    assert any(hasattr(view, "page_varies_by") for view in VIEWS[first]) == BY_FIRST[first].is_stored


@pytest.mark.parametrize("one", PUBLIC_ADDRESSES, ids=lambda one: one.first)
def test_its_example_is_an_address_of_the_kind_it_says(one):
    assert re.match(r"/([^/]*)", one.example)[1] == one.first
    assert one.is_stored == bool(one.kind)
    if one.is_stored:
        assert hasattr(resolve(one.example).func, "page_varies_by")
        assert re.match("[a-z]+", kind_of(one.example).surrogate_keys)[0] == one.kind
    elif one.first not in WITHOUT_VIEW:
        assert resolve(one.example)


def test_what_is_closed_and_what_has_no_edition():
    assert (
        *("/admin/", "/api/", "/card/", "/fragments/", "/guanggao/", "/issues/", "/members/", "/player/"),
        *("/polls/", "/poster/", "/reports/", "/search/"),
    ) == CLOSED
    assert {"admin", "robots.txt", "zh-hant"} <= WITHOUT_EDITION
    assert not {"letters", "rss.xml", "404.html"} & WITHOUT_EDITION


@pytest.mark.django_db
def test_robots_keep_out_of_what_is_closed_in_both_editions(client):
    text = client.get("/robots.txt").content.decode()
    assert all(f"Disallow: {address}\n" in text for address in CLOSED)
    assert "Disallow: /zh-hant/search/\n" in text
    assert "/zh-hant/admin/" not in text
