"""What the security log is told about accounts: by Django's and allauth's signals, so that no door is left out."""

from functools import partial

from allauth.account.signals import login_code_rejected
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from meiri.members.allauth_internals import get_authentication_records
from meiri.members.contacts import masked, meant
from meiri.members.models import User
from meiri.newsroom.desks import Desk
from meiri.newsroom.posts import Post
from meiri.policy import administers
from meiri.security.log import note_event
from meiri.security.models import Event

_WATCHED = ("username", "nickname", "first_name", "last_name", "email", "phone", "is_active", "is_superuser")
_CONTACTS = {"email", "phone"}
UNKNOWN = "未知账号"


def named(user) -> str:
    return f"{user.get_username()} #{user.pk}"


def _signed_in(sender, request, user, **more):
    ways = [record["method"] for record in get_authentication_records(request, user)]
    note_event(Event.SIGNED_IN, by=user, ways=ways)


def _signed_out(sender, request, user, **more):
    if user is not None:
        note_event(Event.SIGNED_OUT, by=user)


def _failed(sender, credentials, request=None, **more):
    """What was typed as a name is told only where it is one: it may be a password."""
    found = next(((k, v) for k, v in credentials.items() if k != "password" and v), None)
    user = meant(*found) if found else None
    note_event(Event.SIGN_IN_FAILED, about=named(user) if user else UNKNOWN, way="password")


def _code_failed(sender, request, user, **more):
    note_event(Event.SIGN_IN_FAILED, about=named(user) if user else UNKNOWN, way="code")


def _proof_failed(sender, request, user, authenticator, **more):
    note_event(Event.PROOF_FAILED, about=named(user), kind=authenticator.type)


def _factor_added(sender, instance, created, **more):
    if created:
        note_event(Event.FACTOR_ADDED, about=named(instance.user), kind=instance.type)


def _factor_removed(sender, instance, **more):
    note_event(Event.FACTOR_REMOVED, about=f"#{instance.user_id}", kind=instance.type)


def _before_saving(sender, instance, update_fields=None, raw=False, **more):
    """Remember what the account was, where something that is watched may change."""
    instance._was = None
    if instance.pk and not raw and (update_fields is None or set(update_fields) & {*_WATCHED, "password"}):
        instance._was = User.objects.filter(pk=instance.pk).values(*_WATCHED, "password").first()


def _saved(sender, instance, created, raw=False, **more):
    if created and not raw:
        note_event(Event.ACCOUNT_MADE, about=named(instance), superuser=administers(instance))
    was = instance.__dict__.pop("_was", None)
    if was is None:
        return
    # Django sets `_password` where somebody chose a new one, and not where it hashes the same one anew.
    chosen = instance._password is not None or not instance.has_usable_password()
    if was["password"] != instance.password and chosen:
        note_event(Event.PASSWORD_CHANGED, about=named(instance))
    changes = {
        name: [_shown(name, was[name]), _shown(name, getattr(instance, name))]
        for name in _WATCHED
        if was[name] != getattr(instance, name)
    }
    if changes:
        note_event(Event.ACCOUNT_CHANGED, about=named(instance), changes=changes)


def _shown(name: str, value):
    return masked(value) if name in _CONTACTS and value else value


def _deleted(sender, instance, **more):
    note_event(Event.ACCOUNT_DELETED, about=named(instance))


def _group_saved(sender, instance, created, raw=False, **more):
    if not raw:
        note_event(Event.GROUP_MADE if created else Event.GROUP_CHANGED, about=instance.name)


def _group_deleted(sender, instance, **more):
    note_event(Event.GROUP_DELETED, about=instance.name)


def _relation_changed(what, sender, instance, action, reverse, model, pk_set, **more):
    """Groups of an account, permissions of a group, channels of a desk: whichever side it was changed from."""
    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    if action == "pre_clear":
        changed = ["全部"]
    elif not pk_set:
        return
    else:
        # A permission's words name the kind of thing, another row.
        rows = model._default_manager.filter(pk__in=pk_set).select_related()
        changed = sorted(map(str, rows))[:50]
    about = named(instance) if isinstance(instance, User) else str(instance)
    note_event(Event.RIGHTS_CHANGED, about=about, what=what, action=action.partition("_")[2], changed=changed)


def _right_given(what, sender, instance, raw=False, **more):
    if not raw:
        note_event(
            Event.RIGHTS_CHANGED,
            about=str(instance.group),
            what=what,
            action="add",
            changed=[_right(instance)],
        )


def _right_taken(what, sender, instance, **more):
    note_event(
        Event.RIGHTS_CHANGED,
        about=f"用户组 #{instance.group_id}",
        what=what,
        action="remove",
        changed=[_right(instance)],
    )


def _right(row) -> str:
    place = getattr(row, "page_id", None) or getattr(row, "collection_id", None)
    return f"{row.permission.codename} {'#' + str(place) if place else ''}".strip()


def _post_saved(sender, instance, created, raw=False, **more):
    if not raw:
        told = [str(instance.group), "全站" if instance.everywhere else "所列频道和地方站"]
        told += [
            f"{word} {day}"
            for word, day in (("从", instance.valid_from), ("到", instance.valid_until))
            if day
        ]
        told += [f"代 {instance.deputy_for}"] if instance.deputy_for else []
        _note_post(instance, "add" if created else "change", told)


def _post_deleted(sender, instance, **more):
    _note_post(instance, "remove", [str(instance.group)])


def _note_post(post, action: str, told: list[str]) -> None:
    about = f"#{post.user_id}" if post.user is None else named(post.user)
    note_event(Event.RIGHTS_CHANGED, about=about, what="岗位", action=action, changed=told)


def watch() -> None:
    """Connect all of it; once, when the app is ready."""

    def connect(signal, receiver, sender=None, name=""):
        signal.connect(receiver, sender, weak=False, dispatch_uid=f"noting {receiver} {name or sender}")

    for signal, receiver in [
        (user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (user_login_failed, _failed),
        (login_code_rejected, _code_failed),
        (authentication_failed, _proof_failed),
    ]:
        connect(signal, receiver)
    for signal, receiver, sender in [
        (post_save, _factor_added, Authenticator),
        (post_delete, _factor_removed, Authenticator),
        (pre_save, _before_saving, User),
        (post_save, _saved, User),
        (post_delete, _deleted, User),
        (post_save, _group_saved, Group),
        (post_delete, _group_deleted, Group),
        (post_save, _post_saved, Post),
        (post_delete, _post_deleted, Post),
    ]:
        connect(signal, receiver, sender)
    for what, through in [
        ("用户组", User.groups.through),
        ("账号权限", User.user_permissions.through),
        ("权限", Group.permissions.through),
        ("频道", Desk.channels.through),
        ("地方站", Desk.stations.through),
        ("岗位的频道", Post.channels.through),
        ("岗位的地方站", Post.stations.through),
    ]:
        connect(m2m_changed, partial(_relation_changed, what), through, what)
    for what, model in [("页面权限", GroupPagePermission), ("素材权限", GroupCollectionPermission)]:
        connect(post_save, partial(_right_given, what), model, f"{what}+")
        connect(post_delete, partial(_right_taken, what), model, f"{what}-")
