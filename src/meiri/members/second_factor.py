"""The second factor: an authenticator app, a passkey or a recovery code. The newsroom's accounts must have one."""

import base64
import io
from urllib.parse import urlencode

import segno
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse

from meiri.identity import site_name
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


class _Code(CodeField):
    code = LineField(
        label="动态验证码或恢复码",
        max_length=20,
        widget=OneTimeCodeInput(),
        error_messages={"required": "请填写验证码。"},
    )

    def clean_code(self):
        """Refused where too many were tried, and where the code of an app was used before: it is good for once, whichever
        process it comes to."""
        if guesses_code_too_often(self.user):
            raise forms.ValidationError(TOO_MANY)
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            with transaction.atomic():
                held = Authenticator.objects.select_for_update().get(pk=self.authenticator.pk)
                if held.data.get("used") == code:
                    raise forms.ValidationError("这个验证码已经用过，请等下一个。")
                held.data["used"] = code
                held.save(update_fields=["data"])
                self.authenticator.data = held.data
        return code


class CodeForm(_Code, mfa_forms.AuthenticateForm):
    pass


class CodeAgainForm(_Code, mfa_forms.ReauthenticateForm):
    pass


class ActivationForm(CodeField, ActivateTOTPForm):
    def clean_code(self):
        if guesses_code_too_often(self.user):
            raise forms.ValidationError(TOO_MANY)
        return super().clean_code()


class PasskeyForm(AddWebAuthnForm):
    name = LineField(label="名称", required=False, max_length=40, help_text="如“办公室的电脑”。")


class PasskeyNameForm(EditWebAuthnForm):
    name = LineField(label="名称", max_length=40, error_messages={"required": "请填写名称。"})


def proven_in(request, user) -> bool:
    """Whether this session passed a second factor that `user` still has. One query where it passed one at all."""
    used = [r.get("id") for r in get_authentication_records(request, user) if r["method"] == "mfa"]
    return bool(used) and Authenticator.objects.filter(user=user, pk__in=used).exists()


def _proven_by_adding(request, user, authenticator, **options) -> None:
    """Whoever has just set up an app or a key has shown to hold it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", id=authenticator.pk, type=authenticator.type)


authenticator_added.connect(_proven_by_adding, dispatch_uid="members: proven by adding")


class StaffSecondFactor:
    """Middleware: nobody is in the newsroom whose session has not passed a second factor; who has none is led to set it up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.STAFF_SECOND_FACTOR and self.is_kept_out(request):
            return redirect(f"{reverse('mfa_index')}?{urlencode({'next': '/admin/'})}")
        return self.get_response(request)

    @staticmethod
    def is_kept_out(request) -> bool:
        if not request.path_info.startswith("/admin/") or not request.user.is_authenticated:
            return False
        return not proven_in(request, request.user)
