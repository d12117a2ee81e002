"""Who handles contributors: what they send is the matter of the article's editors, whom to let write that of the nation's."""

from meiri.members.models import Application, Manuscript
from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS, Role, grant
from meiri.policy import Rules, register, rules_of
from meiri.policy.reach import reach

HANDLE = "members.handle_contributor"


class ApplicationRules(Rules):
    permissions = {"see": HANDLE, "handle": HANDLE}


class ManuscriptRules(Rules):
    def reach(self, user, deed):
        return reach(user, HANDLE) | rules_of(Article).reach(user, "change")

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, manuscript, place):
        return manuscript.article.stands_within(self.reach(user, deed))

    def visible(self, user, queryset, deed):
        return queryset.filter(article__in=Article.objects.within(self.reach(user, deed)).values("pk"))


def register_rules() -> None:
    grant(CHIEFS, Role(("members.handle_contributor",)))
    register(ApplicationRules(Application))
    register(ManuscriptRules(Manuscript))
