"""Pictures and documents in the admin: what is in use is not deleted, by whatever button."""

from django.shortcuts import redirect
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.documents.models import Document

from meiri.media.document_chooser import show_labels
from meiri.media.licences_desk import LicencesView, ReplacementView
from meiri.media.models import Picture
from meiri.media.removing_views import (
    INDEX,
    DocumentDeleteView,
    DocumentEditView,
    PictureDeleteView,
    PictureEditView,
    RestorePictureView,
    TakeDownView,
    UploadedDocumentDeleteView,
    UploadedPictureDeleteView,
)
from meiri.media.several_at_once import DocumentsAddView, PicturesAddView
from meiri.media.use import is_used
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "media_delete_picture": one("media.Picture", "image_id", "delete"),
        "media_delete_uploaded_picture": one("media.Picture", "image_id", "change"),
        "media_take_down_picture": one("media.Picture", "pk", "delete"),
        "media_add_pictures": somewhere("media.Picture", "add"),
        "media_add_documents": somewhere("wagtaildocs.Document", "add"),
        "media_edit_picture": one("media.Picture", "image_id", "change"),
        "media_restore_picture": one("media.Picture", "pk", "delete"),
        "media_edit_document": one("wagtaildocs.Document", "document_id", "change"),
        "media_delete_document": one("wagtaildocs.Document", "document_id", "delete"),
        "media_delete_uploaded_document": one("wagtaildocs.Document", "doc_id", "change"),
        "media_licences": somewhere("media.Picture", "change"),
        "media_replacement": one("media.Picture", "pk", "change"),
        "media_take_down_document": one("wagtaildocs.Document", "pk", "delete"),
    }
)

show_labels()

# How many titles a refusal names.
MOST_NAMED = 5


@hooks.register("register_admin_urls", order=-1)
def addresses():
    """Before Wagtail's own, which have the same addresses."""
    return [
        path("images/<int:image_id>/delete/", PictureDeleteView.as_view(), name="media_delete_picture"),
        path("images/multiple/add/", PicturesAddView.as_view(), name="media_add_pictures"),
        path("documents/multiple/add/", DocumentsAddView.as_view(), name="media_add_documents"),
        path("images/<int:image_id>/", PictureEditView.as_view(), name="media_edit_picture"),
        path("images/<int:pk>/restore/", RestorePictureView.as_view(), name="media_restore_picture"),
        path(
            "images/multiple/<int:image_id>/delete/",
            UploadedPictureDeleteView.as_view(),
            name="media_delete_uploaded_picture",
        ),
        path(
            "images/<int:pk>/take-down/", TakeDownView.as_view(model=Picture), name="media_take_down_picture"
        ),
        path("images/licences/", LicencesView.as_view(), name="media_licences"),
        path("images/<int:pk>/replacement/", ReplacementView.as_view(), name="media_replacement"),
        path("documents/edit/<int:document_id>/", DocumentEditView.as_view(), name="media_edit_document"),
        path(
            "documents/delete/<int:document_id>/", DocumentDeleteView.as_view(), name="media_delete_document"
        ),
        path(
            "documents/multiple/<int:doc_id>/delete/",
            UploadedDocumentDeleteView.as_view(),
            name="media_delete_uploaded_document",
        ),
        path(
            "documents/<int:pk>/take-down/",
            TakeDownView.as_view(model=Document),
            name="media_take_down_document",
        ),
    ]


class LicencesMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "change", Picture)


@hooks.register("register_admin_menu_item")
def licences_menu_item():
    return LicencesMenuItem("图片授权", reverse("media_licences"), icon_name="image", order=310)


@hooks.register("before_bulk_action")
def keep_what_is_used(request, action_type, objects, action):
    if action_type != "delete" or action.model not in INDEX:
        return None
    used = [item.title for item in objects if is_used(item)]
    if not used:
        return None
    named = "”“".join(used[:MOST_NAMED])
    rest = f"等 {len(used)} 个" if len(used) > MOST_NAMED else ""
    messages.error(request, f"“{named}”{rest}正在使用，没有删除任何一个。请先从用到的地方移除，或者撤下。")
    return redirect(INDEX[action.model])
