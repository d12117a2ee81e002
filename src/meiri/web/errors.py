"""Pages for what went wrong, in the site's look."""

import sys
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse
from django.shortcuts import render

from meiri.delivery.editions import TRADITIONAL, current_edition, edition_of
from meiri.delivery.keys import uses
from meiri.delivery.kinds import NOT_FOUND
from meiri.delivery.omissions import optional
from meiri.delivery.page_store import PageFailed, page_store
from meiri.delivery.rendering import PageRequest, page
from meiri.delivery.script import TraditionalConverter
from meiri.delivery.traditional import traditional_html
from meiri.journal.content_keys import RIVER
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place
from meiri.s3 import S3Away

# Stands by itself: it is shown when nothing else works.
FAILED = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>页面暂时无法显示</title><h1>页面暂时无法显示</h1>
<p>服务器出了问题，我们已经记下。请过一会儿再试，或<a href="/">回首页</a>。</p></html>"""

# For readers of a file and for editors who sent one.
FILES_AWAY = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>文件暂时取不到</title><h1>文件暂时取不到</h1>
<p>存放图片、视频和文件的服务器暂时没有回应。刚才提交的内容没有保存，请过几分钟再试。</p></html>"""


@page
def nothing_here(request):
    """What unknown addresses are answered with: a stored page, so that they cost little however many there are."""
    return _nothing_here(request, 200)


def _nothing_here(request, status: int) -> HttpResponse:
    uses(RIVER)
    newest = []
    with optional("最新报道"):
        newest = Article.objects.newest_at(Place.site(), 8)
    return render(request, "web/not_found.html", {"newest": newest}, status=status)


def not_found(request, exception=None):
    content = _stored_page(request) if settings.PAGE_FILES else None
    if content is None:
        return _nothing_here(request, 404)
    response = HttpResponse(content, status=404)
    response.in_edition = True
    return response


def _stored_page(request) -> bytes | None:
    """The bytes of the page in the edition that is being rendered."""
    edition = current_edition()
    store, address = page_store(), f"{edition.prefix if edition else ''}{NOT_FOUND}"
    # Who renders a page holds the lock of its address and must not wait for another.
    if not isinstance(request, PageRequest):
        with suppress(PageFailed):
            store.obtain(address)
    file = store.read_own(address)
    return file.content if file else None


def failed(request):
    """Where the database or the S3 server is away, readers and search engines are to come back."""
    error = sys.exception()
    if isinstance(error, OperationalError):
        return HttpResponse(FAILED, status=503, headers={"Retry-After": "5"})
    if isinstance(error, S3Away):
        headers = {"Retry-After": "10", "Cache-Control": "no-store"}
        response = HttpResponse(FILES_AWAY, status=503, headers=headers)
        response.error = f"S3: {error}"[:300]
        return response
    # Who stands outside of the middleware of editions sees the whole path, and nobody converts the answer any more.
    outside = edition_of(request.path_info) is TRADITIONAL
    response = HttpResponse(failed_in_traditional() if outside else FAILED, status=500)
    if error is not None:
        response.error = f"{type(error).__name__}: {error}"[:300]
    return response


@cache
def failed_in_traditional() -> str:
    return traditional_html(FAILED, settings.BASE_URL, TraditionalConverter((), set()))
