"""Who sees how polls stand in the newsroom: those who may change their articles."""

from meiri.newsroom.models import Article
from meiri.policy import Rules, among, may, register, visible
from meiri.polls.models import Poll


class PollRules(Rules):
    def may_somewhere(self, user, deed):
        return may(user, "change", Article)

    def may(self, user, deed, poll, place):
        return may(user, "change", poll.article)

    def visible(self, user, queryset, deed):
        if not self.may_somewhere(user, deed):
            return queryset.none()
        return queryset.filter(among(visible(user, Article.objects.all(), "change"), "article"))


def register_rules() -> None:
    register(PollRules(Poll))
