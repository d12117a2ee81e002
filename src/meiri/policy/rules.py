"""The rules of each model, and the questions that are asked of them.

    may(user, "publish", article)            this thing, where it stands
    may(user, "publish", article, station)   this thing, at a further place
    may(user, "add", Article)                some or other thing of this kind
    visible(user, Article.objects.all())     those that the user may see
    check(user, "handle", letter)            raises PermissionDenied with a sentence

Each app registers the rules of its models in its `permissions.py`; a model without rules is the nation's.
"""

import inspect
from collections.abc import Mapping

from django.contrib.auth import get_permission_codename, get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, QuerySet

from meiri.policy.reach import Reach, reach

# What people are told they may not do.
WORDS = {
    "see": "查看",
    "add": "新建",
    "change": "修改",
    "delete": "删除",
    "publish": "发布",
    "withdraw": "撤下",
    "erase": "依令删除",
    "review": "审核",
    "choose": "选用",
    "lock": "锁定",
    "unlock": "解锁",
    "propose": "送出",
    "share": "共享",
    "accept": "采用",
    "put back": "放回",
    "handle": "处理",
}


class Rules:
    """Who may do what to the things of a model.

    As they stand they are those of the nation's things: a permission of the model counts where it holds everywhere, so that
    no desk changes what belongs to all. Apps write subclasses for what has a place or an owner.
    """

    # The permission (`app.codename`) that a deed asks for, where it is not `<app>.<deed>_<model>`.
    permissions: Mapping[str, str] = {}
    # Whoever may do any of these may see.
    seeing = ("add", "change", "delete", "view")

    def __init__(self, model: type[Model]):
        self.model = model

    def permission(self, deed: str) -> str:
        meta = self.model._meta
        return self.permissions.get(deed) or f"{meta.app_label}.{get_permission_codename(deed, meta)}"

    def reach(self, user, deed: str) -> Reach:
        """Where `user` has the permission that `deed` asks for."""
        if deed in ("see", "choose") and deed not in self.permissions:
            return reach(user, *(self.permission(name) for name in self.seeing))
        return reach(user, self.permission(deed))

    def is_possible(self, deed: str, thing: Model) -> bool:
        """Whether the deed can be done to `thing` at all, by whomever."""
        return True

    def possible(self, queryset: QuerySet, deed: str) -> QuerySet:
        """Those of `queryset` that are in lists of what the deed can be done to, by whomever."""
        return queryset

    def may_somewhere(self, user, deed: str) -> bool:
        return self.reach(user, deed).everywhere

    def may(self, user, deed: str, thing: Model, place) -> bool:
        return self.reach(user, deed).everywhere

    def visible(self, user, queryset: QuerySet, deed: str) -> QuerySet:
        found = self.reach(user, deed)
        if found.everywhere:
            return queryset
        return self.within(queryset, found, user, deed) if found else queryset.none()

    def within(self, queryset: QuerySet, found: Reach, user, deed: str) -> QuerySet:
        """Those of `queryset` to which `user` may do the deed, where `found`, its reach, is some places."""
        return queryset.none()


_rules: dict[type[Model], Rules] = {}


def register(rules: Rules) -> None:
    """Let `rules` decide about their model."""
    _rules[rules.model] = rules


def rules_of(model: type[Model]) -> Rules:
    """The rules of `model`, or of the nearest model that it is a kind of."""
    for ancestor in model.__mro__:
        if ancestor in _rules:
            return _rules[ancestor]
    return _rules.setdefault(model, Rules(model))


def may(user, deed: str, thing: Model | type[Model], place=None) -> bool:
    """Whether `user` may do `deed` to `thing`, at `place` where that is not where it stands already.

    `thing` may be a model: whether there is anything of the kind to which the user may.
    """
    if user is None or not user.is_active:
        return False
    if inspect.isclass(thing):
        return user.is_superuser or rules_of(thing).may_somewhere(user, deed)
    rules = rules_of(type(thing))
    if not rules.is_possible(deed, thing):
        return False
    return user.is_superuser or rules.may(user, deed, thing, place)


def check(user, deed: str, thing: Model | type[Model], place=None) -> None:
    """Raise `PermissionDenied` with a sentence where `user` may not."""
    if not may(user, deed, thing, place):
        raise PermissionDenied(f"您没有权限{WORDS.get(deed, '处理')}{thing._meta.verbose_name}。")


def among(things: QuerySet, name: str) -> Exists:
    """The condition that what a row of another table has as `name` is one of `things`. It is asked for each row by its key: for a list
    of keys databases may read the archive."""
    return Exists(things.order_by().filter(pk=OuterRef(name)).values("pk"))


def visible(user, queryset: QuerySet, deed: str = "see") -> QuerySet:
    """Those of `queryset` to which `user` may do `deed`."""
    if user is None or not user.is_active:
        return queryset.none()
    rules = rules_of(queryset.model)
    queryset = rules.possible(queryset, deed)
    return queryset if user.is_superuser else rules.visible(user, queryset, deed)


def administrators() -> QuerySet:
    """Those who may do everything."""
    return get_user_model()._default_manager.filter(is_superuser=True)


def administers(user) -> bool:
    """Whether `user` may do everything."""
    return bool(user.is_active and user.is_superuser)
