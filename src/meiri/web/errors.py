"""Pages for what went wrong, in the site's look."""

from django.http import HttpResponseServerError
from django.shortcuts import render

from meiri.newsroom.models import Article
from meiri.newsroom.river import Place

# Stands by itself: it is shown when nothing else works.
FAILED = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>页面暂时无法显示</title><h1>页面暂时无法显示</h1>
<p>服务器出了问题，我们已经记下。请过一会儿再试，或<a href="/">回首页</a>。</p></html>"""


def not_found(request, exception=None):
    context = {"newest": Article.objects.newest_at(Place.site(), 8)}
    return render(request, "web/not_found.html", context, status=404)


def failed(request):
    return HttpResponseServerError(FAILED)
