"""Pictures that editors upload."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from wagtail.images.forms import BaseImageForm

from meiri.media.taking import Unusable, reencoded


class PictureForm(BaseImageForm):
    """Wagtail's form of a picture, whose file is drawn anew: readers can load the original too, and it tells no place."""

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return file  # the one that is stored already
        file.seek(0)
        try:
            content, suffix = reencoded(file.read())
        except Unusable as error:
            raise ValidationError(f"图片没有上传：{error}。") from error
        type_ = "image/png" if suffix == "png" else "image/jpeg"
        return SimpleUploadedFile(f"{Path(file.name).stem}.{suffix}", content, type_)
