"""Deleting and taking down in the admin. What is used can't be deleted: the page says so, and leads to where it stands."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.documents.models import Document
from wagtail.documents.views import documents
from wagtail.documents.views import multiple as many_documents
from wagtail.images.views import images
from wagtail.images.views import multiple as many_images

from meiri.changes.changes_desk import DeedWithReasonView, ReasonForm
from meiri.changes.models import LONGEST_REASON
from meiri.media.models import Picture
from meiri.media.picture_changes import standing_of_picture
from meiri.media.recording_files import is_recording
from meiri.media.recording_origins import origin_of
from meiri.media.removing import InUse, check_may, delete, take_down
from meiri.media.use import is_used, users_of
from meiri.media.withdrawing_pictures import restore_picture, withdraw_picture

INDEX = {Picture: "wagtailimages:index", Document: "wagtaildocs:index"}
USAGE = {Picture: "wagtailimages:image_usage", Document: "wagtaildocs:document_usage"}
TAKE_DOWN = {Picture: "media_take_down_picture", Document: "media_take_down_document"}


class Deleting:
    """For Wagtail's view that deletes: by our deed, and with the way to take down what is used."""

    template_name = "media/confirm_delete.html"

    def delete_action(self):
        delete(self.object, by=self.request.user)

    def post(self, request, *args, **kwargs):
        if is_used(self.object):
            messages.error(request, f"“{self.object.title}”正在使用，没有删除。")
            return redirect(request.get_full_path())
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        used = is_used(self.object)
        address = reverse(TAKE_DOWN[type(self.object)], args=[self.object.pk])
        return {**context, "in_use": used, "take_down_url": address}


class PictureDeleteView(Deleting, images.DeleteView):
    pass


class TellingWhereItIsUsed:
    """For Wagtail's view that changes a picture or a document: another label stands at once wherever the thing is shown, and what
    articles there say of AI is for their editors to change."""

    told: list[tuple[str, str]]

    def get_success_message(self):
        message = super().get_success_message()
        item = self.object if isinstance(self.object, Picture) else origin_of(self.object)
        if item is None or item.label is None or dict(self.told).get("标识") == item.label.words:
            return message
        places = len(users_of(self.object))
        return (
            f"{message}。它用在 {places} 处，读者已看到新的标识；其中写明“没有使用”人工智能的稿件，请改好记录，重新发布。"
            if places
            else message
        )


class PictureEditView(TellingWhereItIsUsed, images.EditView):
    template_name = "media/edit_picture.html"

    def get_object(self, *args, **kwargs):
        found = super().get_object(*args, **kwargs)
        # As it is stored: the form puts on the picture what it then refuses.
        self.told = found.told()
        return found

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "told": self.told}


class DocumentEditView(TellingWhereItIsUsed, documents.EditView):
    template_name = "media/edit_document.html"

    def get_object(self, *args, **kwargs):
        found = super().get_object(*args, **kwargs)
        origin = origin_of(found)
        # As it is stored: the form puts on the row what it then refuses.
        self.told = origin.told_to_editors() if origin else []
        return found

    def get_context_data(self, **kwargs):
        is_known = is_recording(self.object.file.name)
        return {**super().get_context_data(**kwargs), "told": self.told, "is_recording": is_known}


class DocumentDeleteView(Deleting, documents.DeleteView):
    pass


class DeletingInList:
    """For the list of what was just uploaded: a refusal that its script understands."""

    def post(self, request, *args, **kwargs):
        try:
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except InUse as error:
            return JsonResponse({"success": False, "error_message": str(error)}, status=409)


class UploadedPictureDeleteView(DeletingInList, many_images.DeleteView):
    pass


class UploadedDocumentDeleteView(DeletingInList, many_documents.DeleteView):
    pass


class TakeDownForm(ReasonForm):
    reason = forms.CharField(
        label="撤下的原因",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如“著作权人来函要求撤下”。图片原来的位置会写明这个原因，日志也会记下。",
        error_messages={"required": "必填：请写明原因，读者会看到。"},
    )
    destroy = forms.BooleanField(
        label="同时删除文件，不能恢复",
        required=False,
        help_text="用到它的地方不再有它的痕迹；只在必须删除时勾选。",
    )


class DocumentTakeDownForm(ReasonForm):
    reason = forms.CharField(
        label="撤下的原因",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="原因记入日志，读者看不到。",
    )


class TakeDownView(WagtailAdminTemplateMixin, FormView):
    """撤下: asks for the reason, and says how many places show it now."""

    model: type[Picture] | type[Document] = Picture
    template_name = "media/take_down.html"
    header_icon = "warning"

    def get_form_class(self):
        return TakeDownForm if self.model is Picture else DocumentTakeDownForm

    def get_page_title(self):
        return "撤下图片" if self.model is Picture else "撤下文件"

    def get_page_subtitle(self):
        return self.object.title

    def get_breadcrumbs_items(self):
        last = {"url": "", "label": f"{self.get_page_title()}：{self.object.title}"}
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, last]

    @cached_property
    def object(self):
        return get_object_or_404(self.model, pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        try:
            check_may(request.user, "take_down", self.object)
        except PermissionDenied:
            messages.error(request, "这个文件还用在您无权修改的稿件或页面里，请主编撤下。")
            return redirect(INDEX[self.model])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "object": self.object,
            "places": len(users_of(self.object)),
            "is_picture": self.model is Picture,
            "standing": standing_of_picture(self.object) if self.model is Picture else None,
            "usage_url": reverse(USAGE[self.model], args=[self.object.pk]),
            "back_url": reverse(INDEX[self.model]),
        }

    def form_valid(self, form):
        given = form.cleaned_data
        is_kept = self.model is Picture and not given["destroy"]
        deed = withdraw_picture if is_kept else take_down
        try:
            deed(self.object, given["reason"], by=self.request.user)
        except ValidationError as error:
            form.add_error("reason", error)
            return self.form_invalid(form)
        messages.success(self.request, f"已经撤下“{self.object.title}”。用到它的地方不再显示它。")
        if is_kept:
            return redirect("changes_of_thing", "picture", self.object.pk)
        return HttpResponseRedirect(reverse(INDEX[self.model]))


class RestorePictureView(DeedWithReasonView):
    deed, deed_in_words = "delete", "恢复图片"
    warning = "图片会重新出现在撤下前用到它的所有地方。"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.thing = get_object_or_404(Picture, pk=kwargs["pk"])
        self.back_url = reverse("wagtailimages:edit", args=[self.thing.pk])

    def act(self, form):
        restore_picture(self.thing, form.cleaned_data["reason"], self.request.user)

    def done_response(self):
        return redirect("changes_of_thing", "picture", self.thing.pk)
