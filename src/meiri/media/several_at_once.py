"""Several pictures or documents at once: each is stored, or refused in words. Wagtail would keep a file whose title or collection is refused as it
came, with the place that it tells, and make a row of it later, past the forms that read files."""

from django.core.files.uploadedfile import UploadedFile
from django.http import JsonResponse
from django.utils.html import escape
from wagtail.admin.views.generic.multiple_upload import AddView
from wagtail.documents.views import multiple as many_documents
from wagtail.images.views import multiple as many_images


class AllOrNothing(AddView):
    """For Wagtail's view that takes one of several files. A file without a title has its name for one."""

    def post(self, request, *args, **kwargs):
        file = request.FILES.get("files[]")
        if not isinstance(file, UploadedFile):
            return JsonResponse({"success": False, "error_message": "文件没有上传：没有收到文件。"})
        form = self.get_upload_form_class()(
            {
                "title": request.POST.get("title", "").strip() or file.name,
                "collection": request.POST.get("collection"),
            },
            {"file": file},
            user=request.user,
        )
        if not form.is_valid():
            return JsonResponse(self.get_invalid_response_data(form))
        self.object = self.save_object(form)
        return JsonResponse(self.get_edit_object_response_data())

    def get_invalid_response_data(self, form):
        said = [
            f"{form.fields[name].label}：{sentence}" if name in form.fields and name != "file" else sentence
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]
        words = "；".join(said)
        # The script puts it on the page as HTML, and names of files are in it.
        return {
            "success": False,
            "error_message": escape(words if "file" in form.errors else f"文件没有上传：{words}"),
        }


class PicturesAddView(AllOrNothing, many_images.AddView):
    pass


class DocumentsAddView(AllOrNothing, many_documents.AddView):
    pass
