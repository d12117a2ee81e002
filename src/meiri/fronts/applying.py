"""Another site asks for a friend link."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from meiri.fronts.friend_links import FriendLink
from meiri.fronts.logos import small_logo
from meiri.journal.recording import recording
from meiri.visitors.forms import LineField, VisitorForm
from meiri.visitors.rate_limits import RateLimit
from meiri.visitors.receipt_keys import digest_of_key, key_for

MOST, PERIOD = 5, timedelta(hours=1)
# After those that editors have put in order.
LAST = 1000


class FriendLinkForm(VisitorForm):
    name = LineField(
        label="网站名称",
        max_length=40,
        error_messages={
            "required": "请填写网站名称。",
            "max_length": "名称请控制在 %(limit_value)d 字以内。",
        },
    )
    url = forms.URLField(
        label="网址",
        max_length=300,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        error_messages={"required": "请填写网址。", "invalid": "网址不正确，应以“https://”开头。"},
    )
    logo = forms.FileField(
        label="标识",
        required=False,
        help_text="PNG、JPEG、GIF 或 WebP，512 KB 以内，将缩放到 240×80 像素以内。",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    contact = LineField(
        label="联系方式",
        max_length=100,
        help_text="联系人和电话或电子邮箱，只用于核实，不公开。",
        error_messages={"required": "请填写联系方式，以便核实。"},
    )

    def clean_url(self):
        url = self.cleaned_data["url"]
        if not url.startswith(("http://", "https://")):
            raise ValidationError("网址不正确，应以“https://”开头。")
        return url

    def clean_logo(self):
        file = self.cleaned_data["logo"]
        return small_logo(file) if file else None


def applies_too_often(request) -> bool:
    return not RateLimit("friend link", MOST, PERIOD).hit_by_address(request)


@recording()
def apply_for_link(form: FriendLinkForm) -> str:
    """Keep the application of a valid form. The key to its receipt; the same form sent again gives the same one."""
    data = form.cleaned_data
    key = key_for("friend link", data["once"])
    fields = {
        "name": data["name"],
        "url": data["url"],
        "contact": data["contact"],
        "state": FriendLink.State.APPLIED,
        "order": LAST,
        "applied_at": timezone.now(),
    }
    link, new = FriendLink.objects.get_or_create(key_digest=digest_of_key(key), defaults=fields)
    if new and data["logo"]:
        link.logo.save(data["logo"].name, data["logo"])
    return key
