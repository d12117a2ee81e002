"""The reader's site. Channels come last: theirs is the widest pattern."""

from django.urls import path, re_path, register_converter

from meiri.web import (
    addresses,
    archives,
    article,
    bundles,
    change_history,
    corrections,
    errors,
    fronts,
    icons,
    installable,
    live,
    media,
    players,
    posters,
    probes,
    search,
)

register_converter(addresses.ChannelAddress, "channel")
register_converter(addresses.Year, "yyyy")
register_converter(addresses.TwoDigits, "dd")
register_converter(addresses.MonthAndDay, "mmdd")

urlpatterns = [
    path("404.html", errors.nothing_here, name="not-found"),
    path("favicon.ico", icons.favicon, name="favicon"),
    path("icons/<int:side>.png", icons.icon, name="icon"),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("sw.js", installable.service_worker, name="service-worker"),
    path("offline.html", installable.offline, name="offline"),
    path("opensearch.xml", installable.opensearch, name="opensearch"),
    path(".well-known/security.txt", installable.security_txt, name="security-txt"),
    path("speculation-rules.json", installable.speculation_rules, name="speculation-rules"),
    path("poster/<int:article_id>.jpg", posters.poster, name="poster"),
    path("card/<int:article_id>.jpg", posters.card, name="card"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("assets/<str:name>", bundles.serve, name="bundle"),
    path("media/<path:name>", media.stored, name="media"),
    path("fragments/pinyin/<int:article_id>/", article.pinyin, name="pinyin"),
    path("fragments/live/<int:coverage_id>/", live.changes, name="live-changes"),
    path("zhibo/", live.coverages, name="live-coverages"),
    path("zhibo/<int:coverage_id>/", live.coverage, name="live-coverage"),
    path("zhibo/<int:coverage_id>/<int:number>.html", live.entry, name="live-entry"),
    path("qr/site.svg", article.site_qr, name="site-qr"),
    path("qr/<int:article_id>.svg", article.qr, name="article-qr"),
    path("player/<slug:word>/<str:video>/", players.player, name="player"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<int:article_id>/", change_history.changes, name="article-changes"),
    path("search/", search.results, name="search"),
    path("difang/", fronts.stations, name="station-index"),
    path("difang/<slug:slug>/", fronts.station, name="station"),
    path("difang/<slug:slug>/<yyyy:year>/", archives.station_year, name="station-year"),
    path("difang/<slug:slug>/<yyyy:year>/<dd:month>/", archives.station_month, name="station-month"),
    path("difang/<slug:slug>/<yyyy:year>/<dd:month>/<dd:day>/", archives.station_day, name="station-day"),
    path("author/<slug:slug>/", fronts.author, name="author"),
    re_path(r"^tag/(?P<word>.+)/$", fronts.tag, name="tag"),
    path("<channel:slug>/", fronts.channel, name="channel"),
    path("<channel:slug>/<yyyy:year>/", archives.channel_year, name="channel-year"),
    path("<channel:slug>/<yyyy:year>/<dd:month>/", archives.channel_month, name="channel-month"),
    path("<channel:slug>/<yyyy:year>/<dd:month>/<dd:day>/", archives.channel_day, name="channel-day"),
    path("<channel:channel>/<yyyy:year>/<mmdd:day>/<int:article_id>.html", article.article, name="article"),
]
