"""The second factor: an authenticator app, a passkey or a recovery code. The newsroom's accounts must have one."""

import base64
import io

import segno
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.db import transaction

from meiri.identity import site_name
from meiri.members.allauth_internals import (
    compare_user_code,
    format_hotp_value,
    hotp_value,
    record_authentication,
    yield_hotp_counters_from_time,
)
from meiri.members.contacts import masked
from meiri.members.forms import CodeField, OneTimeCodeInput
from meiri.members.limits import TOO_MANY, guesses_code_too_often
from meiri.visitors.forms import LineField


def _sealing() -> Fernet:
    """What seals secrets in the database: a key made from the site's, which is not in it."""
    made = HKDF(SHA256(), 32, salt=None, info=b"second factor").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(made))


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "验证码不正确。",
        "unverified_email": "请先验证电子邮箱。",
    }

    def encrypt(self, text):
        return _sealing().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _sealing().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self):
        return site_name()

    def _get_user_identifier(self, user):
        if not user.registered:
            return user.username
        contact = user.email or user.phone
        return masked(contact) if contact else user.nickname

    def build_totp_svg(self, url):
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=2, light="#fff", xmldecl=False)
        return out.getvalue().decode()

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "通行密钥" if number == 1 else f"通行密钥 {number}"


def steps_of(secret: str, code: str) -> list[int]:
    """Of the half minutes whose codes are taken now, those with this one."""
    return [
        step
        for step in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    ]


def take_code(authenticator: Authenticator, code: str) -> bool:
    """Whether `code` is of a later half minute than any that was taken before (RFC 6238 5.2), in whichever process; of two
    requests at once one gets it."""
    with transaction.atomic():
        held = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
        taken = held.data.get("step", 0) if held else 0
        later = (
            [step for step in steps_of(decrypt(held.data["secret"]), code) if step > taken] if held else []
        )
        if not later:
            return False
        held.data["step"] = min(later)
        held.save(update_fields=["data"])
    authenticator.data = held.data
    return True


class _Code(CodeField):
    code = LineField(
        label="动态验证码或恢复码",
        max_length=20,
        widget=OneTimeCodeInput(),
        error_messages={"required": "请填写验证码。"},
    )

    def clean_code(self):
        """Refused where too many were tried, and where the code of an app, or a later one, was used before."""
        if guesses_code_too_often(context.request, self.user):
            raise forms.ValidationError(TOO_MANY)
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not take_code(self.authenticator, code):
            raise forms.ValidationError("这个验证码已经用过，请等下一个。")
        return code


class CodeForm(_Code, mfa_forms.AuthenticateForm):
    pass


class CodeAgainForm(_Code, mfa_forms.ReauthenticateForm):
    pass


class ActivationForm(CodeField, ActivateTOTPForm):
    def clean_code(self):
        if guesses_code_too_often(context.request, self.user):
            raise forms.ValidationError(TOO_MANY)
        return super().clean_code()


class ActivationView(ActivateTOTPView):
    """The code that shows that an app is set up is taken like any other."""

    @transaction.atomic
    def form_valid(self, form):
        answer = super().form_valid(form)
        made = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        take_code(made, form.cleaned_data["code"])
        return answer


class PasskeyForm(AddWebAuthnForm):
    name = LineField(label="名称", required=False, max_length=40, help_text="如“办公室的电脑”。")


class PasskeyNameForm(EditWebAuthnForm):
    name = LineField(label="名称", max_length=40, error_messages={"required": "请填写名称。"})


def _proven_by_adding(request, user, authenticator, **options) -> None:
    """Whoever has just set up an app or a key has shown to hold it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)


authenticator_added.connect(_proven_by_adding, dispatch_uid="members: proven by adding")
