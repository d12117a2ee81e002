"""Wagtail's views ask permission policies; these pass the question on."""

from django.apps import apps
from wagtail.permission_policies.base import BaseDjangoAuthPermissionPolicy
from wagtail.permissions import policy_registry

from meiri.policy.rules import may, visible

# Wagtail's word for a deed where it is not ours.
DEEDS = {"view": "see"}


class PolicyOfRules(BaseDjangoAuthPermissionPolicy):
    """What Wagtail calls a permission policy, over the rules of the model."""

    def user_has_permission(self, user, action):
        return may(user, DEEDS.get(action, action), self.model)

    def user_has_any_permission(self, user, actions):
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user, action, instance):
        return may(user, DEEDS.get(action, action), instance)

    def instances_user_has_any_permission_for(self, user, actions):
        found = self.model._default_manager.none()
        for action in actions:
            found = found | visible(user, self.model._default_manager.all(), DEEDS.get(action, action))
        return found

    def users_with_any_permission(self, actions):
        """Those who have the permission somewhere; about one instance ask for each of them."""
        return self._get_users_with_any_permission_codenames(self._get_permission_codenames(actions))


def register() -> None:
    """Every model of Meiri's own is asked about in the one place, also by views that Wagtail brings."""
    for model in apps.get_models():
        if model.__module__.startswith("meiri.") and _is_plain(model):
            policy_registry.register(model, PolicyOfRules(model))


def _is_plain(model) -> bool:
    """Whether nothing but permissions of the model decides: pages have a tree, pictures and documents collections."""
    return not any(hasattr(model, name) for name in ("permissions_for_user", "collection"))
