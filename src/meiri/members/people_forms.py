"""The one form of a person of the newsroom: name, account, posts, and who takes the posts over."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from wagtail.admin.widgets import AdminDateInput

from meiri.journal.recording import recording
from meiri.members.models import User
from meiri.members.people import deactivate, groups_without_desk, label_of_post, roles
from meiri.newsroom.models import Desk, Post
from meiri.newsroom.people import people_of_newsroom
from meiri.newsroom.picking import MultiplePicker, Picker
from meiri.policy import administers
from meiri.policy.reach import forget_standing

MOST_POSTS = 30


class PersonForm(forms.ModelForm):
    name = forms.CharField(label="姓名", max_length=40, help_text="真实姓名，署名、审稿单和邮件里用。")
    password = forms.CharField(
        label="密码",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    is_active = forms.BooleanField(label="在岗", required=False, initial=True)
    successor = forms.ModelChoiceField(
        label="岗位移交给",
        queryset=people_of_newsroom().none(),
        required=False,
        widget=Picker("people"),
        help_text="离岗时把全部岗位连同代理安排交给谁；不填则岗位到昨天为止。",
    )
    desk_groups = forms.ModelMultipleChoiceField(
        label="采编分工组", queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"username": "账号", "email": "电子邮箱"}
        help_texts = {"username": "登录用，字母、数字和 @ . + - _。"}

    field_order = ("name", "username", "email", "password", "is_active", "successor", "desk_groups")

    def __init__(self, *args, by: User, **options):
        super().__init__(*args, **options)
        person = self.instance
        self.by = by
        fields: dict[str, Any] = self.fields
        fields["name"].initial = person.get_full_name() or person.nickname
        fields["desk_groups"].queryset = Group.objects.filter(pk__in=Desk.objects.values("group"))
        if person.pk:
            fields["is_active"].initial = person.is_active
            fields["password"].help_text = "不填则不改。"
            fields["desk_groups"].initial = person.groups.filter(pk__in=Desk.objects.values("group"))
            fields["successor"].queryset = people_of_newsroom().filter(is_active=True).exclude(pk=person.pk)
        else:
            del fields["successor"], fields["is_active"]
            fields["password"].required = True
        if not fields["desk_groups"].queryset.exists():
            del fields["desk_groups"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("这个邮箱已经有账号在用。")
        return email

    def clean_is_active(self):
        if self.instance.pk == self.by.pk and not self.cleaned_data["is_active"]:
            raise ValidationError("不能停用自己的账号。")
        return self.cleaned_data["is_active"]

    def clean_password(self):
        password = self.cleaned_data["password"]
        if password:
            password_validation.validate_password(password, self.instance)
        return password

    def save(self, commit=True):
        person = super().save(commit=False)
        person.first_name, person.last_name = self.cleaned_data["name"].strip(), ""
        if self.cleaned_data["password"]:
            person.set_password(self.cleaned_data["password"])
        if self.cleaned_data.get("is_active"):
            person.is_active = True
        person.save()
        return person


class PostForm(forms.ModelForm):
    class Meta:
        model = Post
        fields = ("group", "everywhere", "channels", "stations", "valid_from", "valid_until", "deputy_for")
        widgets = {
            "channels": MultiplePicker("channels"),
            "stations": MultiplePicker("stations"),
            "deputy_for": Picker("posts"),
            "valid_from": AdminDateInput(),
            "valid_until": AdminDateInput(),
        }
        labels = {"deputy_for": "代理谁的岗位"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["group"].required = False
        fields["group"].queryset = roles()
        fields["group"].empty_label = "请选择角色"
        fields["stations"].label_from_instance = str
        posts = Post.objects.filter(deputy_for=None).select_related("user", "group")
        fields["deputy_for"].queryset = posts.prefetch_related("channels", "stations")
        fields["deputy_for"].label_from_instance = label_of_post
        fields["deputy_for"].help_text = "选了就按对方的角色和范围代理，签名写“代”。"

    def has_changed(self):
        # A group from before becomes a post when the form is saved.
        return super().has_changed() or (self.instance.pk is None and "group" in self.initial)

    def clean(self):
        cleaned: dict[str, Any] = super().clean() or {}
        if deputised := cleaned.get("deputy_for"):
            cleaned["group"], cleaned["everywhere"] = deputised.group, False
            cleaned["channels"], cleaned["stations"] = [], []
        elif not cleaned.get("group"):
            self.add_error("group", "请选择角色，或选要代理的岗位。")
        elif not (cleaned.get("everywhere") or cleaned.get("channels") or cleaned.get("stations")):
            self.add_error("channels", "请选频道或地方站，或勾选“全站”。")
        elif cleaned["everywhere"]:
            cleaned["channels"], cleaned["stations"] = [], []
        return cleaned


class PostFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = "撤销这个岗位"


def posts_of_form(person: User, data=None) -> Any:
    """The posts in the form of `person`: those there are, one for each group without a desk, and an empty one."""
    groups = groups_without_desk(person)
    made = forms.inlineformset_factory(
        User,
        Post,
        form=PostForm,
        formset=PostFormSet,
        fk_name="user",
        extra=len(groups) + (0 if groups or (person.pk and person.posts.exists()) else 1),
        max_num=MOST_POSTS,
        validate_max=True,
    )
    posts = Post.objects.prefetch_related("channels", "stations").order_by("pk")
    initial = [{"group": group, "everywhere": True} for group in groups]
    return made(data, instance=person, queryset=posts, initial=initial, prefix="posts")


@recording()
def save_person(form: PersonForm, posts: forms.BaseInlineFormSet | None) -> User:
    """Save what both forms have; `posts` is None where they are not to be changed. One transaction."""
    leaves = bool(
        form.instance.pk and form.instance.is_active and not form.cleaned_data.get("is_active", True)
    )
    person = form.save()
    if posts is not None:
        posts.instance = person
        posts.save()
        kept = form.cleaned_data.get("desk_groups")
        person.groups.set(kept if kept is not None else person.groups.exclude(pk__in=roles().values("pk")))
    if leaves:
        deactivate(person, form.cleaned_data["successor"])
    forget_standing(person)
    return person


def may_change_posts(by, person: User) -> bool:
    """Nobody gives posts to themselves, but for administrators."""
    return administers(by) or by.pk != person.pk
