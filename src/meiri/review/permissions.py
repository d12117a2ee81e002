"""Who sets the chains of reviews up, lets articles pass, and reads the sheets.

To administer the site is no post of the newsroom: what lets a text pass is for those who hold the permission themselves.
"""

from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS, EDITORS, Role, grant
from meiri.policy import Rules, among, may, register, visible
from meiri.policy.reach import reach_held
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import ReviewChain
from meiri.review.review_exceptions import ReviewException, UrgentReview
from meiri.review.review_sheets import ReviewSheet

SET_UP = "review.change_reviewchain"
EXCEPT = "review.grant_exception"
HURRY = "review.choose_fast_lane"
READ = "review.view_reviewsheet"


def may_except(user, article: Article) -> bool:
    """Whether `user` may let the article pass without its reviews."""
    return article.stands_within(reach_held(user, EXCEPT))


def may_hurry(user, article: Article) -> bool:
    """Whether `user` may send the article by the fast lane."""
    return article.stands_within(reach_held(user, HURRY))


def may_set_up(user) -> bool:
    """Whether `user` may change the chains."""
    return bool(reach_held(user, SET_UP))


class SheetRules(Rules):
    """Whoever may read sheets reads those of the articles that they may see."""

    permissions = {"see": READ}

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, sheet, place):
        found = self.reach(user, deed)
        if found.everywhere:
            return True
        return bool(found) and sheet.article is not None and may(user, "see", sheet.article)

    def within(self, queryset, found, user, deed):
        return queryset.filter(among(visible(user, Article.objects.all()), "article"))


def register_rules() -> None:
    grant(EDITORS, Role((READ, HURRY)))
    grant(CHIEFS, Role((READ, HURRY, EXCEPT, "review.add_reviewchain", SET_UP)))
    register(SheetRules(ReviewSheet))
    for model in (ReviewChain, ReviewException, UrgentReview, AfterCheck):
        register(Rules(model))
