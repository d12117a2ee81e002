"""Pages that editors lay out: Wagtail grants by the tree, to groups whose members work everywhere."""

from django.db.models import Q
from wagtail.models import AbstractPage, GroupPagePermission, Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import policy_registry

from meiri.policy.reach import free_groups
from meiri.policy.rules import Rules, register

ANY = {"add", "change", "publish", "bulk_delete", "lock", "unlock"}
# What Wagtail calls a deed to a page.
DEEDS = {"see": ANY, "choose": ANY, "delete": {"delete"}, "withdraw": {"publish"}}


class PolicyOfPages(PagePermissionPolicy):
    """Pages are the nation's: what a group was granted on them does not count for whoever is bound to places in it."""

    def get_all_permissions_for_user(self, user):
        if not user.is_active or user.is_anonymous or user.is_superuser:
            return GroupPagePermission.objects.none()
        granted = GroupPagePermission.objects.filter(group__in=free_groups(user))
        return granted.select_related("page", "permission")


class PageRules(Rules):
    def _policy(self):
        return policy_registry.get_by_type(self.model)

    def may_somewhere(self, user, deed):
        return self._policy().user_has_any_permission(user, DEEDS.get(deed, {deed}))

    def may(self, user, deed, page, place):
        match deed:
            case "choose" if page.live:
                return True
            case "delete":
                return page.permissions_for_user(user).can_delete()
            case "publish" | "withdraw":
                return page.permissions_for_user(user).can_publish()
            case "change":
                return page.permissions_for_user(user).can_edit()
            case "review":
                return bool(task := page.current_workflow_task) and bool(task.get_actions(page, user))
        wanted = DEEDS.get(deed, {deed})
        return self._policy().user_has_any_permission_for_instance(user, wanted, page) or (
            deed == "see" and page.permissions_for_user(user).can_edit()
        )

    def visible(self, user, queryset, deed):
        own = self._policy().instances_user_has_any_permission_for(user, DEEDS.get(deed, {deed}))
        wanted = Q(pk__in=own.values("pk"))
        return queryset.filter(wanted | Q(live=True) if deed == "choose" else wanted)


def register_rules() -> None:
    register(PageRules(Page))
    policy_registry.register(AbstractPage, PolicyOfPages(Page))
