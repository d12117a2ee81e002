"""Who keeps the register, who sees what articles came from, who makes exceptions."""

from meiri.newsroom.models import Article
from meiri.newsroom.roles import CHIEFS, Role, grant, whole
from meiri.policy import Rules, may, register
from meiri.sources.models import ReprintException, SourceListing


class ListingRules(Rules):
    """Whoever writes looks into the register; chief editors keep it."""

    def may_somewhere(self, user, deed):
        if deed in ("see", "choose"):
            return may(user, "add", Article) or super().may_somewhere(user, deed)
        return super().may_somewhere(user, deed)

    def may(self, user, deed, thing, place):
        return self.may_somewhere(user, deed)

    def visible(self, user, queryset, deed):
        return queryset if self.may_somewhere(user, deed) else queryset.none()


class ExceptionRules(Rules):
    permissions = dict.fromkeys(("see", "except"), "sources.except_reprint")


def register_rules() -> None:
    grant(CHIEFS, Role((*whole("sources", "sourcelisting"), "sources.except_reprint")))
    register(ListingRules(SourceListing))
    register(ExceptionRules(ReprintException))
