"""Fields and forms for what visitors write: plain text, a name, a trap for robots, one use for one form."""

import hashlib
import re
import secrets
import unicodedata

from django import forms
from django.core.exceptions import ValidationError

from meiri.identity import identity
from meiri.visitors.skeletons import is_unseen, skeleton

# Characters that can't be seen but change how what surrounds them is read: controls and text-direction overrides.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_OURS = ("管理员", "编辑部", "责任编辑", "官方", "站长", "客服")
_JOINING = "\u200c\u200d\ufe0e\ufe0f"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\Z")


def _new_token() -> str:
    return secrets.token_urlsafe(16)


class PlainTextField(forms.CharField):
    """Text of several lines, as it was meant: no unseen characters, no more than one empty line at a time."""

    widget = forms.Textarea

    def to_python(self, value):
        text = str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")
        text = _UNSEEN.sub("", text.replace("\t", " "))
        return re.sub(r"\n{3,}", "\n\n", text).strip()


class LineField(forms.CharField):
    """Text of one line without unseen characters."""

    def to_python(self, value):
        return " ".join(_UNSEEN.sub("", str(super().to_python(value))).split())


def not_ours(name: str) -> None:
    """Refuse a name that reads as if the newsroom spoke, however it is written."""
    read = skeleton(name)
    if any(skeleton(word) in read for word in (*_OURS, *identity().short_names)):
        raise ValidationError("这个名字容易被误认为本网工作人员，请换一个。", code="ours")


def can_be_seen(name: str) -> None:
    """Refuse a name of which readers see nothing."""
    if not any(
        unicodedata.category(character)[0] in "LNPS" and not is_unseen(character) for character in name
    ):
        raise ValidationError("昵称里没有看得见的字，请换一个。", code="unseen")


class NicknameField(LineField):
    """The name a visitor goes by on the site."""

    def __init__(self, **options):
        options.setdefault("max_length", 20)
        super().__init__(**options)
        self.validators += [not_ours, can_be_seen]

    def to_python(self, value):
        """Without what is not seen; what joins the parts of an emoji or of a script's letters stays."""
        kept = (c for c in super().to_python(value) if not is_unseen(c) or c in _JOINING)
        return " ".join("".join(kept).split())


class VisitorForm(forms.Form):
    """A form open to everyone: a field people never see catches robots, a token makes sending twice harmless."""

    required_css_class = "required"
    error_css_class = "with-error"

    website = forms.CharField(
        label="请留空",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    once = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Drawn when the form is shown: one that was sent has its own.
        self.initial.setdefault("once", _new_token)

    @property
    def by_robot(self) -> bool:
        return bool(self.data.get(self.add_prefix("website")))

    def clean_once(self):
        """The form's token, or a new one where it is missing or was tampered with."""
        token = self.cleaned_data["once"]
        return token if _TOKEN.match(token) else _new_token()

    @property
    def token_digest(self) -> str:
        """What may be stored of the token: it can be recognised, not recovered."""
        return hashlib.sha256(self.cleaned_data["once"].encode()).hexdigest()
