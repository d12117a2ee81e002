"""A member's own avatar: sent, looked at, deleted."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meiri.members import avatars


class AvatarForm(forms.Form):
    picture = forms.FileField(
        label="图片",
        max_length=255,
        help_text=f"会裁成正方形，拍摄地点、时间等信息自动清除。JPEG、PNG、WebP、AVIF 或 HEIC，{avatars.MOST_BYTES // 1024**2} MB 以内。",
        widget=forms.FileInput(attrs={"accept": avatars.ACCEPTED}),
        error_messages={
            "required": "请选择一张图片。",
            "empty": "文件是空的，请重新选择。",
            "max_length": "文件名太长，请改短后再上传。",
        },
    )

    def clean_picture(self) -> bytes:
        """The bytes of the file. One more than may be is enough for a reason to refuse it."""
        return self.cleaned_data["picture"].read(avatars.MOST_BYTES + 1)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def avatar_page(request):
    if request.method != "POST":
        return _page(request, AvatarForm())
    if request.POST.get("deed") == "remove":
        avatars.remove_avatar(request.user)
        return redirect("member-avatar")
    form = AvatarForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 422)
    if avatars.sends_avatars_too_often(request.user):
        return _page(request, AvatarForm(), 429, f"一天最多上传 {avatars.MOST_SENT} 次，请明天再来。")
    try:
        avatars.send_avatar(request.user, form.cleaned_data["picture"])
    except ValidationError as error:
        form.add_error("picture", error)
        return _page(request, form, 422)
    return redirect("member-avatar")


def _page(request, form: AvatarForm, status: int = 200, refusal: str = ""):
    found = avatars.Avatar.objects.filter(member=request.user).first()
    context = {"form": form, "avatar": found, "member": request.user, "refusal": refusal}
    return render(request, "members/avatar.html", context, status=status)
