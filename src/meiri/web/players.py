"""`/player/bilibili/BV…/`: a page with nothing but another site's player in it, which an article shows in a frame once its reader
asks for the video. Only this page's policy admits the other site: that of the article stays as it is."""

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from meiri.newsroom.body.video_sites import PLAYERS, VIDEO, PlayedVideo

_BY_WORD = {player.word: player for player in PLAYERS}


@require_safe
@xframe_options_sameorigin
@csp_update({"frame-src": sorted({player.host for player in PLAYERS})})
@cache_control(public=True, max_age=86400)
def player(request: HttpRequest, word: str, video: str) -> HttpResponse:
    found = _BY_WORD.get(word)
    if found is None or not VIDEO.fullmatch(video):
        raise Http404
    return render(request, "web/player.html", {"played": PlayedVideo(found, video)})


def url_of_player(played: PlayedVideo) -> str:
    return reverse("player", args=[played.player.word, played.video])
