"""Feeds, sitemaps and the API. A channel's feed must not take an address that leads elsewhere."""

from django.urls import path, re_path

from meiri.sections.models import CHANNEL_ADDRESS
from meiri.syndication import feeds
from meiri.syndication.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("rss.xml", feeds.site_rss, name="rss"),
    path("atom.xml", feeds.atom, name="atom"),
    path("feed.json", feeds.json_feed, name="json-feed"),
    path("difang/<slug:slug>/rss.xml", feeds.station_rss, name="station-rss"),
    re_path(rf"^(?P<slug>{CHANNEL_ADDRESS})/rss\.xml$", feeds.channel_rss, name="channel-rss"),
]
