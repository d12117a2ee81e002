"""/corrections/: every correction of an article, newest first."""

from django.shortcuts import render

from meiri.asked_numbers import asked_position
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import CORRECTIONS
from meiri.newsroom.models import Correction
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 30


@page(varies_by=("before",))
def corrections(request):
    """What was wrong, what is right, since when, and what was taken back; of what may harm minors its own page tells. One query."""
    before = asked_position(request)
    uses(CORRECTIONS)
    found = Correction.objects.not_set_apart().newest(SHOWN + 1, before)
    shown = found[:SHOWN]
    # Titles and addresses stand there too.
    uses(*(correction.article.content_key for correction in shown))
    context = {
        "corrections": shown,
        "next": shown[-1].pk if len(found) > SHOWN else None,
        "crumbs": breadcrumbs([("更正", request.path)]),
    }
    return render(request, "web/corrections.html", context)
