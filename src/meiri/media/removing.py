"""Taking pictures and documents away: what nobody uses is deleted, what is used is taken down, with a reason (撤下)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.documents.models import Document
from wagtail.permissions import policy_registry

from meiri.asked_words import asked_words
from meiri.changes.models import LONGEST_REASON
from meiri.delivery.page_store import purge
from meiri.journal.content_keys import ContentKey
from meiri.journal.log import actor, append
from meiri.journal.recording import named
from meiri.media.documents import document_key
from meiri.media.events import DocumentTakenDown, PictureTakenDown
from meiri.media.files import remove_after_commit, remove_after_rollback
from meiri.media.models import Picture
from meiri.media.recording_keeping import keep_origin, prepare_document
from meiri.media.storage_names import unguessable
from meiri.media.use import is_used, queries_of, rows_using, users_of

# A Picture or a Document: Wagtail's classes have no types.
Item: TypeAlias = Any
# Places that the entry of a deed names.
MOST_TOLD = 5_000

# Whoever lists things by their pictures registers here: called with a picture before it is taken down, in the transaction of the
# deed, it takes them off its lists and gives the content keys of what changes by that. A picture that is deleted stands nowhere.
when_a_picture_goes: list[Callable[[Picture], list[ContentKey]]] = []


class InUse(PermissionDenied):
    """A picture or a document that something uses was to be deleted. The message is for editors."""


def check_may(by, deed: str, item: Item) -> None:
    """Raise `PermissionDenied` where `by` may not do `deed` to `item`: "delete", "take_down" or "replace". None may, the system.

    What is used is taken down or replaced by those alone who may change all that uses it.
    """
    if by is None:
        return
    action = "change" if deed == "replace" else "delete"
    if not policy_registry.get(item).user_has_permission_for_instance(by, action, item):
        raise PermissionDenied(f"{by} may not {deed} {item._meta.model_name} {item.pk}.")
    if deed == "delete":
        return
    for rows in queries_of(users_of(item)):
        policy = policy_registry.get_by_type(rows.model)
        his = policy.instances_user_has_permission_for(by, "change").values("pk")
        if rows.exclude(pk__in=his).exists():
            raise PermissionDenied(f"{by} may not change all that uses {item._meta.model_name} {item.pk}.")


def delete(item: Item, by=None) -> None:
    """Delete a picture or a document that nothing uses. Raises `PermissionDenied`, `InUse` where something does."""
    check_may(by, "delete", item)
    item.delete()


@transaction.atomic
def take_down(item: Item, reason: str, by=None) -> None:
    """Take a picture or a document from wherever it stands: what used it is shown without it, and its files are gone.

    Raises `PermissionDenied`, and `ValidationError` without a reason.
    """
    check_may(by, "take_down", item)
    reason = asked_words(reason, LONGEST_REASON, "请写明撤下的原因。", "原因")
    keys = keys_of_users(item)
    if isinstance(item, Picture):
        keys += [key for keys_of in when_a_picture_goes for key in keys_of(item)]
    event = PictureTakenDown if isinstance(item, Picture) else DocumentTakenDown
    append(event(keys=keys, **named(item), reason=reason), actor(by))
    item.taken_down = True
    item.delete()


@receiver(pre_delete, sender=Picture)
@receiver(pre_delete, sender=Document)
def refuse_what_is_used(instance: Item, **details) -> None:
    """Before any deletion, by whatever door."""
    if not getattr(instance, "taken_down", False) and is_used(instance):
        raise InUse(f"“{instance.title}”正在使用，不能删除。请先从用到它的地方移除，或者撤下。")


@receiver(post_delete, sender=Picture)
def without_sizes(instance: Picture, **details) -> None:
    """Wagtail removes the original and what it made of it; here go the sizes that pages show."""
    sizes = instance.stored_sizes()
    names = [*sizes.names(), *sizes.manifests()]
    remove_after_commit(instance.file.storage, names)
    forget_uses([instance.file.storage.url(name) for name in names])


@receiver(post_delete, sender=Document)
def forgotten(instance: Document, **details) -> None:
    forget_uses([instance.url])


@receiver(pre_save, sender=Document)
def store_under_a_secret_name(instance: Document, raw: bool = False, **details) -> None:
    """Its file is written here, before Django would: under a name that nobody guesses, and with what it says of itself read, where no form
    has done that. Raises `NotRead` for a video or a sound that can't be looked through."""
    file = instance.file
    known = Document.objects.filter(pk=instance.pk).values_list("file", flat=True).first()
    instance.replaced = known
    if raw or not file or file._committed:
        return
    prepare_document(instance)
    file.save(unguessable(file.name), file.file, save=False)
    # Wagtail's form would write what is missing of these when somebody looks at it.
    instance._set_document_file_metadata()


@receiver(post_save, sender=Document)
def without_the_old_file(instance: Document, raw: bool = False, **details) -> None:
    if raw:
        return
    before = getattr(instance, "replaced", None)
    if before != instance.file.name:
        remove_after_rollback(instance.file.storage, [instance.file.name])
        if before:
            remove_after_commit(instance.file.storage, [before])
    keep_origin(instance)


def forget_uses(addresses: list[str]) -> None:
    transaction.on_commit(lambda: purge(addresses), robust=True)


def keys_of_users(item: Item) -> list[ContentKey]:
    """The content keys of a picture or a document, and of what uses it."""
    own = document_key(item) if isinstance(item, Document) else item.content_key
    users = [row.content_key for row in rows_using(item, MOST_TOLD) if hasattr(row, "content_key")]
    return list(dict.fromkeys([own, *users]))
