"""Membership: join, sign in, prove a contact, change what others see, leave."""

from allauth.account import forms as account_forms
from allauth.socialaccount.adapter import get_adapter
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import redirect

from meiri.members.allauth_internals import email_already_exists
from meiri.members.contacts import Contact, account_of, contact_of, discard_unfinished
from meiri.members.models import NoticeChoice, User
from meiri.visitors.forms import LineField, NicknameField, VisitorForm

NO_CONTACT = "请填写手机号或电子邮箱；境外号码请以“+”和国家代码开头。"
ADVICE = "至少 10 个字符，不能全是数字，不要用常见的密码。"


class ContactField(LineField):
    """A phone number or a mail address; its value is a `Contact`."""

    def __init__(self, **options):
        options.setdefault("label", "手机号或电子邮箱")
        options.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        )
        super().__init__(max_length=254, error_messages={"required": NO_CONTACT}, **options)

    def clean(self, value):
        contact = contact_of(super().clean(value))
        if contact is None:
            raise ValidationError(NO_CONTACT)
        return contact


def password_field(label: str, new: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,
        help_text=ADVICE if new else "",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}不超过 %(limit_value)d 个字符。",
        },
    )


def nickname_field() -> NicknameField:
    return NicknameField(
        label="昵称",
        help_text="评论时显示，20 字以内。",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": "请填写昵称。", "max_length": "昵称请控制在 %(limit_value)d 字以内。"},
    )


def consent_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="我同意本网按服务所需保存以上信息",
        error_messages={"required": "请勾选同意后再提交。"},
    )


class SignupForm(VisitorForm, account_forms.SignupForm):
    """One field for the contact, whichever it is. A contact that has an account already is answered as any other."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            del self.fields[name]
        self.fields["contact"] = ContactField(help_text="用来登录，不公开。我们会发送验证码。")
        self.fields["nickname"] = nickname_field()
        self.fields["password1"] = password_field("密码", new=True)
        self.fields["consent"] = consent_field()
        self.order_fields(["contact", "nickname", "password1", "consent"])

    def clean(self):
        contact = self.cleaned_data.get("contact") or Contact()
        self.cleaned_data["email"], self.cleaned_data["phone"] = contact.email, contact.phone
        data = super().clean()
        if not self.errors and not self.by_robot:
            discard_unfinished(contact)
            if contact.email:
                self.account_already_exists = email_already_exists(contact.email)[1]
            else:
                self.account_already_exists = User.objects.filter(phone=contact.phone).exists()
        return data

    def try_save(self, request):
        if self.account_already_exists:
            # What takes longest when an account is made takes as long when there is one.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class JoiningForm(VisitorForm):
    """Join by another account: who to be here. allauth gives what the provider told as `sociallogin`."""

    nickname = nickname_field()
    consent = consent_field()

    def __init__(self, *args, sociallogin, **kwargs):
        super().__init__(*args, **kwargs)
        self.sociallogin = sociallogin
        self.initial |= get_adapter().get_signup_form_initial_data(sociallogin)

    def try_save(self, request):
        """As allauth's own forms: the new account, or else an answer."""
        self.cleaned_data["email"] = ""
        try:
            with transaction.atomic():
                return get_adapter().save_user(request, self.sociallogin, form=self), None
        except IntegrityError:  # the other account joined a moment ago, in another window
            return None, redirect("account_login")


class LoginForm(account_forms.LoginForm):
    """By mail address, number or, for accounts that have one, the user name. The password is looked at once, whatever
    is known of the account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = LineField(
            label="手机号、邮箱或用户名",
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
            error_messages={"required": "请填写手机号、邮箱或用户名。", "max_length": "账号或密码不正确。"},
        )
        self.fields["password"] = password_field("密码")

    def user_credentials(self):
        login = self.cleaned_data["login"]
        contact = contact_of(login) or Contact()
        named = User.objects.filter(username__iexact=login).exists()
        if named or not str(contact):
            credentials = {"username": login}
        else:
            credentials = {"email": contact.email} if contact.email else {"phone": contact.phone}
        return credentials | {"password": self.cleaned_data["password"]}


class RequestCodeForm(account_forms.RequestLoginCodeForm):
    """Sign in by a code; also the way back for whoever forgot the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            del self.fields[name]
        self.fields["contact"] = ContactField()

    def clean(self):
        contact = self.cleaned_data.get("contact")
        if contact:
            self.cleaned_data["email"], self.cleaned_data["phone"] = contact.email, contact.phone
            self._user = account_of(contact)
        return self.cleaned_data


class OneTimeCodeInput(forms.PasswordInput):
    """Shows what is typed, but not again what was sent: a wrong code is of no use."""

    input_type = "text"

    def __init__(self):
        super().__init__(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})


class CodeField(forms.Form):
    code = LineField(
        label="验证码",
        max_length=20,
        widget=OneTimeCodeInput(),
        error_messages={"required": "请填写验证码。"},
    )


class LoginCodeForm(CodeField, account_forms.ConfirmLoginCodeForm):
    pass


class EmailCodeForm(CodeField, account_forms.ConfirmEmailVerificationCodeForm):
    pass


class PhoneCodeForm(CodeField, account_forms.VerifyPhoneForm):
    pass


class NewEmailForm(account_forms.AddEmailForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label="新的电子邮箱",
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            error_messages={"required": "请填写电子邮箱。", "invalid": "请填写正确的电子邮箱。"},
        )

    def clean_email(self):
        discard_unfinished(Contact(email=self.cleaned_data["email"].lower()))
        return super().clean_email()


class NewPhoneForm(account_forms.ChangePhoneForm):
    def clean_phone(self):
        discard_unfinished(Contact(phone=self.cleaned_data["phone"]))
        return super().clean_phone()


class PasswordAgainForm(account_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field("密码")


class NicknameForm(forms.Form):
    nickname = nickname_field()


class PasswordForm(forms.Form):
    """A new password. Whoever has just signed in by a code need not know the old one."""

    old_password = password_field("现在的密码")
    new_password1 = password_field("新密码", new=True)
    new_password2 = forms.CharField(
        label="再次输入新密码",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再次输入新密码。"},
    )

    def __init__(self, *args, member: User, by_code: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        if by_code or not member.has_usable_password():
            del self.fields["old_password"]

    def clean_old_password(self):
        if not self.member.check_password(self.cleaned_data["old_password"]):
            raise ValidationError("现在的密码不正确。")
        return self.cleaned_data["old_password"]

    def clean_new_password1(self):
        password_validation.validate_password(self.cleaned_data["new_password1"], self.member)
        return self.cleaned_data["new_password1"]

    def clean(self):
        super().clean()
        data = self.cleaned_data
        first, second = data.get("new_password1"), data.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", "两次输入的新密码不一致。")
        return data


class LeaveForm(forms.Form):
    password = password_field("密码")

    def __init__(self, *args, member: User, by_code: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        if by_code or not member.has_usable_password():
            del self.fields["password"]
            self.fields["sure"] = forms.BooleanField(
                label="我确认注销，账号不能恢复", error_messages={"required": "请勾选确认。"}
            )

    def clean_password(self):
        if not self.member.check_password(self.cleaned_data["password"]):
            raise ValidationError("密码不正确。")
        return self.cleaned_data["password"]


class NoticeChoiceForm(forms.ModelForm):
    """By which ways a member wants to be told."""

    class Meta:
        model = NoticeChoice
        fields = (
            *("told_by_mail", "told_by_push", "news_on_page", "news_by_mail", "news_by_push"),
            *("searches_on_page", "searches_by_mail", "searches_by_push"),
        )
