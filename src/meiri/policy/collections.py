"""Pictures and documents: in the collections of desks. Wagtail grants by the tree of collections."""

from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from meiri.policy.rules import Rules, register


class InCollection(Rules):
    """All that write may choose one; it is changed and deleted in its collection, or by who added it."""

    def _asked(self, deed):
        return {"see": {"choose", "change"}, "add": {"add"}}.get(deed, {deed})

    def _policy(self):
        return policy_registry.get_by_type(self.model)

    def may_somewhere(self, user, deed):
        return any(self._policy().user_has_permission(user, name) for name in self._asked(deed))

    def may(self, user, deed, thing, place):
        return self._policy().user_has_any_permission_for_instance(user, self._asked(deed), thing)

    def visible(self, user, queryset, deed):
        own = self._policy().instances_user_has_any_permission_for(user, self._asked(deed))
        return queryset.filter(pk__in=own.values("pk"))


class CollectionRules(InCollection):
    def _asked(self, deed):
        return {"see": {"add", "change", "delete"}}.get(deed, {deed})


def register_rules() -> None:
    register(InCollection(get_image_model()))
    register(InCollection(get_document_model()))
    register(CollectionRules(Collection))
