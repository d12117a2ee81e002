"""Pictures and documents: in the collections of desks. Wagtail grants by the tree of collections."""

from django.db.models import Q
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupCollectionPermission
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permissions import policy_registry

from meiri.policy.reach import groups_bound_by_posts, groups_of
from meiri.policy.rules import Rules, register


class OfMemberships:
    """For Wagtail's policies over collections: what the groups were granted in which the user works now, by a post or without.

    Whoever has a post at some places adds and chooses as others of the role do, and changes what they added themselves.
    """

    def get_all_permissions_for_user(self, user):
        if not user.is_active or user.is_anonymous or user.is_superuser:
            return GroupCollectionPermission.objects.none()
        bound = groups_bound_by_posts(user)
        adding = Q(permission__codename__startswith="add_") | Q(permission__codename__startswith="choose_")
        granted = GroupCollectionPermission.objects.filter(
            Q(group__in=groups_of(user) - bound) | Q(adding, group__in=bound)
        )
        return granted.select_related("permission", "collection")


class PolicyOfFiles(OfMemberships, CollectionOwnershipPermissionPolicy):
    pass


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
    for model, auth_model in (
        (get_image_model(), "wagtailimages.Image"),
        (get_document_model(), "wagtaildocs.Document"),
    ):
        own = PolicyOfFiles(model, auth_model=auth_model, owner_field_name="uploaded_by_user")
        policy_registry.register(model, own, exact_class=True)
