"""Who keeps the sources of wire copy and their rules, and who sees what came."""

from meiri.ingest.wire_models import WireItem, WireRule, WireSource, WireTopic
from meiri.newsroom.permissions import PUBLISH
from meiri.newsroom.roles import CHIEFS, Role, grant, permissions, whole
from meiri.policy import Rules, register
from meiri.policy.reach import reach


class WireRules(Rules):
    """Whoever publishes somewhere sees what the wires bring; chief editors say where it goes."""

    def may_somewhere(self, user, deed):
        if deed in ("see", "choose"):
            return bool(reach(user, PUBLISH)) or super().may_somewhere(user, deed)
        return super().may_somewhere(user, deed)

    def may(self, user, deed, thing, place):
        return self.may_somewhere(user, deed)

    def visible(self, user, queryset, deed):
        return queryset if self.may_somewhere(user, deed) else queryset.none()


class WireItemRules(WireRules):
    """Nobody changes what came."""

    def may_somewhere(self, user, deed):
        return deed == "see" and super().may_somewhere(user, deed)


def register_rules() -> None:
    kept = permissions("ingest", "add_wiresource", "change_wiresource")
    grant(CHIEFS, Role((*kept, *whole("ingest", "wirerule", "wiretopic"))))
    for model in (WireSource, WireRule, WireTopic):
        register(WireRules(model))
    register(WireItemRules(WireItem))
