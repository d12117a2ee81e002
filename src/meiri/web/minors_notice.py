"""The page that stands before what may harm minors."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def minors_notice(request: HttpRequest, thing: Any, onward: str) -> HttpResponse:
    """Says that `thing`, an article, a topic or a coverage, may harm minors, and in which way; the text is at `onward`. Of `thing` itself
    nothing is shown but its title."""
    return render(request, "web/minors_notice.html", {"thing": thing, "onward": onward})
