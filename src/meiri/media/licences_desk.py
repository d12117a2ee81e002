"""图片授权: which licences run out next, what takes the place of each picture, and what was taken down."""

from django import forms
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.images.widgets import AdminImageChooser

from meiri.asked_numbers import asked_number
from meiri.media.expired_licences import ExpiredLicence
from meiri.media.licences import expiring
from meiri.media.models import Picture
from meiri.media.use import count_users
from meiri.policy import may, visible
from meiri.policy.checked_view import CheckedView

SHOWN = 50


class LicencesView(CheckedView):
    """Runs out within 14 days; then what ran out, newest first, page by page (`?from=KEY`)."""

    page_title = "图片授权"
    header_icon = "image"
    template_name = "media/licences.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "图片授权"}]

    deed, thing = "change", Picture

    def get(self, request):
        ended = ExpiredLicence.objects.order_by("-pk")
        if start := asked_number(request.GET.get("from")):
            ended = ended.filter(pk__lt=start)
        found = list(ended[: SHOWN + 1])
        pictures = list(visible(request.user, expiring(), "change").select_related("replacement")[:SHOWN])
        used = count_users(pictures)
        return self.render_to_response(
            self.get_context_data(
                pictures=[(picture, used[picture.pk]) for picture in pictures],
                ended=found[:SHOWN],
                next=found[SHOWN - 1].pk if len(found) > SHOWN else None,
            )
        )


class ReplacementForm(forms.Form):
    replacement: forms.ModelChoiceField = forms.ModelChoiceField(
        label="到期后换用",
        queryset=Picture.objects.all(),
        required=False,
        widget=AdminImageChooser,
        help_text="到期时，用到原图的地方都换成这张图，图名、说明和供图一起换；不选则到期撤下。",
    )

    def __init__(self, picture: Picture, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.picture, self.user = picture, user

    def clean_replacement(self):
        chosen = self.cleaned_data["replacement"]
        if chosen is None:
            return None
        if chosen.pk == self.picture.pk:
            raise forms.ValidationError("请另选一张图。")
        if not may(self.user, "choose", chosen):
            raise forms.ValidationError("您不能选用这张图。")
        if chosen.valid_until and self.picture.valid_until and chosen.valid_until <= self.picture.valid_until:
            raise forms.ValidationError("这张图的授权不比原图晚到期，请另选一张。")
        return chosen


class ReplacementView(WagtailAdminTemplateMixin, FormView):
    """Chooses beforehand what takes the place of a picture whose licence will have run out."""

    form_class = ReplacementForm
    template_name = "media/replacement.html"
    header_icon = "image"
    page_title = "到期后换用"

    @cached_property
    def picture(self) -> Picture:
        return get_object_or_404(Picture, pk=self.kwargs["pk"])

    def get_page_subtitle(self):
        return self.picture.title

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"picture": self.picture, "user": self.request.user}

    def get_initial(self):
        return {"replacement": self.picture.replacement}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "picture": self.picture,
            "back_url": reverse("media_licences"),
        }

    def form_valid(self, form):
        chosen = form.cleaned_data["replacement"]
        self.picture.replacement = chosen
        self.picture.save(update_fields=["replacement"])
        messages.success(
            self.request, f"到期后换用“{chosen.title}”。" if chosen else "到期后从所有页面撤下。"
        )
        return redirect("media_licences")
