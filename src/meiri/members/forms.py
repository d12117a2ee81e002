"""Membership: join, sign in, change what others see, leave."""

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction

from meiri.members.models import User
from meiri.visitors.forms import LineField, NicknameField, VisitorForm

RESERVED = frozenset(["admin", "administrator", "editor", "meiri", "root", "system", "webmaster"])
NOT_AVAILABLE = "这个用户名不能使用，请换一个。"

_new_password = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class RegisterForm(VisitorForm):
    username = LineField(
        label="用户名",
        min_length=4,
        max_length=30,
        help_text="4 至 30 个字符，可用字母、数字和 . _ -，用来登录，不公开。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        validators=[RegexValidator(r"\A[A-Za-z0-9._-]+\Z", "用户名只能用字母、数字和 . _ -。")],
        error_messages={
            "required": "请填写用户名。",
            "min_length": "用户名至少 %(limit_value)d 个字符。",
            "max_length": "用户名不超过 %(limit_value)d 个字符。",
        },
    )
    nickname = NicknameField(
        label="昵称",
        help_text="评论时显示，20 字以内。",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": "请填写昵称。", "max_length": "昵称请控制在 %(limit_value)d 字以内。"},
    )
    password1 = forms.CharField(
        label="密码",
        strip=False,
        max_length=128,
        widget=_new_password,
        help_text="至少 10 个字符，不能全是数字，不要用常见的密码。",
        error_messages={"required": "请填写密码。", "max_length": "密码不超过 %(limit_value)d 个字符。"},
    )
    password2 = forms.CharField(
        label="再次输入密码",
        strip=False,
        max_length=128,
        widget=_new_password,
        error_messages={"required": "请再次输入密码。", "max_length": "密码不超过 %(limit_value)d 个字符。"},
    )
    consent = forms.BooleanField(
        label="我同意本网按服务所需保存以上信息",
        error_messages={"required": "请勾选同意后再提交。"},
    )

    def clean_username(self):
        """One answer for every name that can't be had, so that it tells little about other accounts."""
        name = self.cleaned_data["username"]
        if name.lower() in RESERVED or User.objects.filter(username__iexact=name).exists():
            raise ValidationError(NOT_AVAILABLE)
        return name

    def clean(self):
        data = super().clean()
        password = data.get("password1")
        if password and data.get("password2") and password != data["password2"]:
            self.add_error("password2", "两次输入的密码不一致。")
        elif password:
            member = User(username=data.get("username", ""), nickname=data.get("nickname", ""))
            try:
                password_validation.validate_password(password, member)
            except ValidationError as error:
                self.add_error("password1", error)
        return data

    def register(self) -> User | None:
        """The new member; None where somebody took the name a moment ago."""
        data = self.cleaned_data
        try:
            with transaction.atomic():
                return User.objects.create_user(
                    data["username"], password=data["password1"], nickname=data["nickname"]
                )
        except IntegrityError:
            self.add_error("username", NOT_AVAILABLE)
            return None


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "用户名或密码不正确。",
        "inactive": "用户名或密码不正确。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["username"].widget.attrs["autocapitalize"] = "none"
        self.fields["username"].widget.attrs.pop("autofocus", None)
        self.fields["password"].label = "密码"
        self.fields["password"].max_length = 128
        self.fields["username"].error_messages["required"] = "请填写用户名。"
        self.fields["password"].error_messages["required"] = "请填写密码。"


class NicknameForm(forms.Form):
    nickname = NicknameField(
        label="昵称",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": "请填写昵称。", "max_length": "昵称请控制在 %(limit_value)d 字以内。"},
    )


class PasswordForm(PasswordChangeForm):
    error_messages = {
        "password_mismatch": "两次输入的新密码不一致。",
        "password_incorrect": "现在的密码不正确。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {"old_password": "现在的密码", "new_password1": "新密码", "new_password2": "再次输入新密码"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}。"
            self.fields[name].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = "至少 10 个字符，不能全是数字，不要用常见的密码。"
        self.fields["new_password2"].help_text = ""


class LeaveForm(forms.Form):
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=128,
        help_text="输入密码，确认是您本人。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码。"},
    )

    def __init__(self, *args, member: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_password(self):
        if not self.member.check_password(self.cleaned_data["password"]):
            raise ValidationError("密码不正确。")
        return self.cleaned_data["password"]
