"""`/verify/#42`: the page on which the reader's browser checks an article against the public log (核验本文).

The number is behind the `#`: the page is one file for all articles, and the site is not told which one is checked before the
browser asks for its text and its proof.
"""

from django.shortcuts import render

from meiri.delivery.rendering import page
from meiri.web.breadcrumbs import breadcrumbs


@page
def verify(request):
    """No query of its own."""
    return render(request, "web/verify.html", {"crumbs": breadcrumbs([("核验本文", request.path)])})
