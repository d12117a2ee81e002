"""How allauth knows Meiri's accounts: where numbers are kept, how codes are sent, how often one may try."""

import secrets
import time
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django import forms
from django.shortcuts import redirect, render
from django.urls import reverse

from meiri.members import limits, messages
from meiri.members.allauth_internals import get_authentication_records
from meiri.members.contacts import Contact, account_of, meant, phone_number
from meiri.members.known_devices import remember_device
from meiri.members.noting import UNKNOWN, named
from meiri.members.proof import BY_SCAN, has_second_factor, proven_within
from meiri.security.log import note_event
from meiri.security.models import Event
from meiri.visitors.address import address_of

WRONG = "账号或密码不正确。"
# Seconds during which whoever has just signed in is not asked again who they are.
JUST_NOW = 300


class PhoneField(forms.CharField):
    def __init__(self, **options):
        options.setdefault("label", "手机号")
        options.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        )
        super().__init__(max_length=40, **options)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return text
        number = phone_number(text)
        if number is None:
            raise forms.ValidationError("请填写正确的手机号；境外号码请以“+”和国家代码开头。")
        return number


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": WRONG,
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "incorrect_code": "验证码不正确。",
        "incorrect_password": "密码不正确。",
        "too_many_login_attempts": limits.TOO_MANY_LOGINS,
        "rate_limited": limits.TOO_MANY,
        "email_taken": "这个邮箱不能使用，请换一个。",
        "phone_taken": "这个手机号不能使用，请换一个。",
        "same_as_current": "与现在的相同。",
        "duplicate_email": "这个邮箱已经是您的了。",
    }

    def get_login_stages(self):
        own = {
            "allauth.account.stages.PhoneVerificationStage": "meiri.members.stages.PhoneStage",
            "allauth.account.stages.EmailVerificationStage": "meiri.members.stages.EmailStage",
        }
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def get_client_ip(self, request):
        return address_of(request) or "0.0.0.0"  # noqa: S104 an address nobody has, where none is known

    def add_message(self, *args, **kwargs):
        """Pages say themselves what happened."""

    def generate_unique_username(self, txts, regex=None):
        """A name nobody sees, that tells nothing of how its member is reached."""
        return f"m{secrets.token_hex(8)}"

    def save_user(self, request, user, form, commit=True):
        user.nickname = form.cleaned_data["nickname"]
        user.registered = True
        return super().save_user(request, user, form, commit)

    def pre_authenticate(self, request, **credentials):
        how, account = next((k, v) for k, v in credentials.items() if k != "password")
        user = meant(how, account)
        if limits.guesses_too_often(request, account, user):
            if limits.is_stopped_first(account, user):
                note_event(Event.SIGN_IN_STOPPED, about=named(user) if user else UNKNOWN)
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """A blocked account is answered as an unknown one."""
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def reauthenticate(self, user, password):
        """One look at the password, of the account itself."""
        if limits.guesses_password_too_often(user):
            raise self.validation_error("rate_limited")
        return user.check_password(password)

    def post_login(self, request, user, **options):
        """Signed in with all that it takes."""
        answer = super().post_login(request, user, **options)
        remember_device(request, answer, user)
        return answer

    def is_reauthentication_required(self, *, app, **options):
        """Whoever has a second factor shows it again: the password alone weakens no account. Raises for a member who has
        neither password nor second factor to show: they sign in again."""
        user = self.request.user
        if has_second_factor(user):
            if proven_within(self.request, user, JUST_NOW):
                return False
            raise ReauthenticationRequired
        records = get_authentication_records(self.request, user)
        # A phone that confirmed was signed in, perhaps long ago: nobody has just shown who they are.
        if any(time.time() - record["at"] < JUST_NOW and record["method"] != BY_SCAN for record in records):
            return False
        if not self.get_reauthentication_methods(user):
            back_to = self.request.get_full_path() if self.request.method == "GET" else reverse("members")
            where = f"{reverse('member-sign-in-again')}?{urlencode({'next': back_to})}"
            raise ImmediateHttpResponse(redirect(where))
        return True

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return by_factor or methods

    def send_mail(self, template_prefix, email, context):
        contact = Contact(email=email)
        if code := context.get("code"):
            self._send(messages.send_code, contact, code)
        elif template_prefix.endswith("unknown_account"):
            self._send(messages.say_there_is_none, contact)
        elif template_prefix.endswith("account_already_exists"):
            self._send(messages.say_there_is_an_account, contact)

    def send_account_already_exists_mail(self, email):
        self._send(messages.say_there_is_an_account, Contact(email=email))

    def send_verification_code_sms(self, user, phone, code, **options):
        self._send(messages.send_code, Contact(phone=phone), code)

    def send_account_already_exists_sms(self, phone):
        self._send(messages.say_there_is_an_account, Contact(phone=phone))

    def send_unknown_account_sms(self, phone, **options):
        self._send(messages.say_there_is_none, Contact(phone=phone))

    def _send(self, message, contact: Contact, *words) -> None:
        request = context.request
        if limits.messages_too_often(request, str(contact), account_of(contact)):
            page = {"heading": "请稍后再试", "advice": limits.TOO_MANY_MESSAGES}
            raise ImmediateHttpResponse(render(request, "visitors/refusal.html", page, status=429))
        message(contact, *words)

    def phone_form_field(self, **options):
        options.pop("label", None)
        return PhoneField(**options)

    def set_phone(self, user, phone, verified):
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def get_phone(self, user):
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user, phone):
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone):
        return account_of(Contact(phone=phone))
