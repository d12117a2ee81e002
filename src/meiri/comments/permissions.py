"""Who moderates which comments: those below the articles of a desk its moderators, all of them those without a desk."""

from meiri.comments.models import Comment
from meiri.newsroom.models import Article
from meiri.newsroom.roles import (
    ADMITTED,
    CHANNEL_CHIEFS,
    CHIEFS,
    MODERATORS,
    STATION_CHIEFS,
    Role,
    grant,
    whole,
)
from meiri.policy import Rules, among, register

MODERATE = "comments.moderate_comment"


class CommentRules(Rules):
    permissions = {"see": MODERATE, "moderate": MODERATE}

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, comment, place):
        found = self.reach(user, deed)
        return found.everywhere or (bool(found) and comment.article.stands_within(found))

    def visible(self, user, queryset, deed):
        found = self.reach(user, deed)
        if found.everywhere:
            return queryset
        return queryset.filter(among(Article.objects.within(found), "article"))


def register_rules() -> None:
    lists = whole("comments", "wordrule", "question")
    grant(MODERATORS, ADMITTED + Role((MODERATE, *lists, "planning.add_planitem")))
    grant(CHIEFS, Role((MODERATE, *lists, "comments.change_commentsettings")))
    for role in (CHANNEL_CHIEFS, STATION_CHIEFS):
        grant(role, Role((MODERATE,)))
    register(CommentRules(Comment))
