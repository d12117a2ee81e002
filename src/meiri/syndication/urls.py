"""Feeds, sitemaps and the API. A channel's feed must not take an address that leads elsewhere."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from meiri.sections.models import CHANNEL_ADDRESS
from meiri.syndication import feeds, robots, sitemaps
from meiri.syndication.api import api
from meiri.syndication.public_api import unknown_address

MONTH = r"^sitemaps/(?P<year>[12][0-9]{3})-(?P<month>[0-9]{2})"

urlpatterns = [
    path("api/v1/", RedirectView.as_view(pattern_name="api-1:openapi-view")),
    path("api/v1/", api.urls),
    # Only with a slash at its end: without one Django looks for the address that has it.
    re_path(r"^api/(?:.*/)?$", unknown_address),
    path("rss.xml", feeds.site_rss, name="rss"),
    path("atom.xml", feeds.atom, name="atom"),
    path("feed.json", feeds.json_feed, name="json-feed"),
    path("difang/<slug:slug>/rss.xml", feeds.station_rss, name="station-rss"),
    re_path(rf"^(?P<slug>{CHANNEL_ADDRESS})/rss\.xml$", feeds.channel_rss, name="channel-rss"),
    path(
        "difang/<slug:slug>/<slug:word>/rss.xml",
        feeds.station_subsection_rss,
        name="station-subsection-rss",
    ),
    re_path(
        rf"^(?P<slug>{CHANNEL_ADDRESS})/(?P<word>[a-z][a-z0-9-]*)/rss\.xml$",
        feeds.channel_subsection_rss,
        name="channel-subsection-rss",
    ),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("news-sitemap.xml", sitemaps.news, name="news-sitemap"),
    path("sitemaps/sections.xml", sitemaps.sections, name="sitemap-sections"),
    re_path(rf"{MONTH}\.xml$", sitemaps.month, name="sitemap-month"),
    re_path(
        rf"{MONTH}-(?P<part>[0-9]{{1,5}})of(?P<parts>[0-9]{{1,5}})\.xml$", sitemaps.month, name="sitemap-part"
    ),
]
