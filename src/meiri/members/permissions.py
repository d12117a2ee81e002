"""Who moderates avatars. Who handles contributors: what they send is the matter of the article's editors, whom to let write that of the nation's. And
who keeps accounts: those of administrators only administrators."""

from meiri.members.models import Application, Avatar, Manuscript, User
from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS, MODERATORS, OPERATORS, Role, grant, whole
from meiri.policy import Rules, administrators, among, register, rules_of
from meiri.policy.reach import reach

HANDLE = "members.handle_contributor"
MODERATE = "members.moderate_avatar"


class ApplicationRules(Rules):
    permissions = {"see": HANDLE, "handle": HANDLE}


class AvatarRules(Rules):
    permissions = {"see": MODERATE, "moderate": MODERATE}


class ManuscriptRules(Rules):
    def reach(self, user, deed):
        return reach(user, HANDLE) | rules_of(Article).reach(user, "change")

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, manuscript, place):
        return manuscript.article.stands_within(self.reach(user, deed))

    def visible(self, user, queryset, deed):
        return queryset.filter(among(Article.objects.within(self.reach(user, deed)), "article"))


class UserRules(Rules):
    """Whoever keeps accounts keeps those of everybody but administrators, who may do everything."""

    def may(self, user, deed, thing, place):
        return self.may_somewhere(user, deed) and (deed == "see" or not administers_ever(thing))


def administers_ever(user: User) -> bool:
    """Whether `user` may do everything, or would if the account were active."""
    return administrators().filter(pk=user.pk).exists()


def register_rules() -> None:
    grant(CHIEFS, Role((HANDLE, MODERATE)))
    grant(MODERATORS, Role((MODERATE,)))
    grant(OPERATORS, Role(whole("members", "user") + whole("auth", "group") + ("journal.view_entry",)))
    register(UserRules(User))
    register(ApplicationRules(Application))
    register(ManuscriptRules(Manuscript))
    register(AvatarRules(Avatar))
