"""Stored media as readers get them: pictures by their files' names, documents by their rows, which know who may read them."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from posixpath import normpath
from typing import cast
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.documents.models import Document, document_served
from wagtail.models import CollectionViewRestriction
from wagtail.permissions import policy_registry

from meiri.delivery.kinds import FOR_GOOD, media_key
from meiri.media.documents import document_key, kind_of_document
from meiri.media.models import Picture
from meiri.media.serving import SendingStorage, send_file
from meiri.media.storage_names import given
from meiri.members.avatars import waiting_avatar
from meiri.newsroom.embargo import is_withheld, is_withheld_picture
from meiri.policy import may

# What pages show: pictures in their sizes, what Wagtail made of pictures in texts, marks of friend links, avatars.
PICTURES = "pictures/"
AVATARS = "avatars/"
PUBLIC = (PICTURES, "images/", "friendlinks/", "identity/", AVATARS)
ORIGINALS = "original_images/"
TYPES = {
    ".avif": "image/avif",
    ".c2pa": "application/c2pa",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
# A stored file is never a page of the site, whatever is in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Browsers show some documents themselves, videos and PDF; Chrome's viewer of PDF does not work in a sandbox.
POLICY_OF_DOCUMENTS = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
# A document that is taken down or made private is gone from browsers as soon as a page is.
FOR_AN_HOUR = "public, max-age=3600"
FOR_A_MINUTE = "public, max-age=60"
FOR_ONE = "private, no-store"


@require_safe
def stored(request, name):
    """A file of a picture, by its name in the storage. Originals are for the newsroom."""
    if normpath(name) != name:  # `pictures/../documents/…`
        raise Http404
    if name.startswith(ORIGINALS):
        _check_newsroom(request)
        return _picture(request, name, FOR_ONE)
    if not name.startswith(PUBLIC):
        raise Http404
    if name.startswith(AVATARS) and (avatar := waiting_avatar(name)):
        # Nobody has looked at it yet: it is shown to who sent it and to who decides.
        if request.user.pk != avatar.member_id and not may(request.user, "moderate", avatar):
            raise Http404
        return _picture(request, name, FOR_ONE)
    if not name.startswith(PICTURES):
        return _picture(request, name, FOR_AN_HOUR)
    key = media_key(f"{settings.MEDIA_URL}{name}")
    if is_withheld_picture(key):
        _check_newsroom(request)
        return _picture(request, name, FOR_ONE)
    return _picture(request, name, FOR_GOOD, key)


def _check_newsroom(request) -> None:
    """Raise `Http404` for whoever does not work with pictures in the newsroom."""
    policy = policy_registry.get_by_type(Picture)
    if not policy.user_has_any_permission(request.user, ["add", "change", "choose"]):
        raise Http404


@require_safe
def document(request, document_id, name):
    """A document, a video or a recording, for whoever its collection is open to."""
    found = get_object_or_404(Document.objects.select_related("collection"), pk=document_id)
    if found.filename != name:
        raise Http404
    withheld = is_withheld(document_key(found))
    if withheld:
        _check_newsroom(request)
    restrictions = list(found.collection.get_view_restrictions())
    if restrictions and not _may_read(request, found, restrictions):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
    document_served.send(sender=Document, instance=found, request=request)
    kind = kind_of_document(found.file.name)
    how = "inline" if kind.inline else "attachment"
    headers = {
        "Cache-Control": FOR_ONE if restrictions or withheld else FOR_A_MINUTE,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(given(found.file.name), safe='')}",
        "Content-Security-Policy": POLICY_OF_DOCUMENTS,
    }
    return _sent(request, found.file.name, kind.content_type, headers, document_key(found), found.file_hash)


def _may_read(request, document: Document, restrictions: Iterable[CollectionViewRestriction]) -> bool:
    if request.user.is_authenticated and document.is_editable_by_user(request.user):
        return True
    return all(
        # Passwords that many share are not offered; where one was set before, nobody passes it.
        restriction.restriction_type != CollectionViewRestriction.PASSWORD
        and restriction.accept_request(request)
        for restriction in restrictions
    )


def _picture(request, name: str, age: str, key: str = "") -> HttpResponseBase:
    type_ = TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
    return _sent(request, name, type_, {"Cache-Control": age, "Content-Security-Policy": POLICY}, key)


def _sent(
    request, name: str, content_type: str, headers: dict[str, str], key: str, digest: str = ""
) -> HttpResponseBase:
    try:
        response = send_file(request, cast(SendingStorage, default_storage), name, content_type, digest)
    except (SuspiciousFileOperation, ValueError):  # no name of a file
        raise Http404 from None
    for header, value in headers.items():
        response[header] = value
    if key:
        response["Surrogate-Key"] = key
    return response
