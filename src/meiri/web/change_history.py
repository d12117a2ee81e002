"""/corrections/42/: what became of one article after it was published first (修改记录), newest first."""

from django.shortcuts import render

from meiri.asked_numbers import asked_position
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import ARTICLE
from meiri.newsroom.changes import changes_of
from meiri.web.article import article_once_published
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 30


@page(varies_by=("before",))
def changes(request, article_id):
    """What was changed, when, of which kind, why. Of an article that was withdrawn too. Three queries."""
    before = asked_position(request)
    uses(ARTICLE.key(article_id))
    article = article_once_published(article_id)
    found = changes_of(article_id, SHOWN + 1, before)
    shown = found[:SHOWN]
    # What was withdrawn is neither named nor led to.
    title = article.title if article.live else "已撤下的稿件"
    crumbs = [(title, article.get_absolute_url())] if article.live else []
    context = {
        "article": article,
        "title": title,
        "changes": shown,
        "next": shown[-1].pk if len(found) > SHOWN else None,
        "crumbs": breadcrumbs([*crumbs, ("修改记录", request.path)]),
    }
    return render(request, "web/changes.html", context)
