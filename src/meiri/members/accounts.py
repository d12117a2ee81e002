"""The newsroom's list of accounts in Wagtail's settings, with what `members.User` adds."""

from django import forms
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet


class _Names(forms.Form):
    """A Chinese name is one, and an account may do without it and without an e-mail address."""

    first_name = forms.CharField(label="姓名", required=False, max_length=150)
    last_name = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)
    email = forms.EmailField(label="电子邮箱", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Where another form kept it in two parts, the family name stands first.
        family_name = self.initial.get("last_name") or ""
        given_name = self.initial.get("first_name") or ""
        self.initial.update({"first_name": family_name + given_name, "last_name": ""})


class AccountCreationForm(_Names, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"nickname"}


class AccountEditForm(_Names, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"nickname"}


class AccountViewSet(UserViewSet):
    def get_form_class(self, for_update=False):
        return AccountEditForm if for_update else AccountCreationForm
