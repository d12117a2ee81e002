"""`/paixu/`: the rules that lists follow, and which held when.

互联网信息服务算法推荐管理规定 (in force 2022-03-01), articles 16 and 17: the basic principles are public, and there is a way to use the
service that is not made for one's personal features. Here no list is: who asks changes nothing.
"""

from django.shortcuts import render

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import RANKING_RULES
from meiri.web.breadcrumbs import breadcrumbs
from meiri.web.ranking_history import changes_of_rules
from meiri.web.ranking_rules import rules_that_hold


@page
def ranking_page(request):
    """One query, for the history."""
    uses(RANKING_RULES)
    changes, has_older = changes_of_rules()
    context = {
        **rules_that_hold(),
        "changes": changes,
        "has_older": has_older,
        "crumbs": breadcrumbs([("本站的排序规则", request.path)]),
    }
    return render(request, "web/ranking_rules.html", context)
