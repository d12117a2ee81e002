"""The newsroom's list of accounts in Wagtail's settings, with what `members.User` adds."""

from django import forms
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import UserViewSet


class _Names(forms.Form):
    """Members have no first and last name, and an account may do without an e-mail address."""

    first_name = forms.CharField(label="名", required=False, max_length=150)
    last_name = forms.CharField(label="姓", required=False, max_length=150)
    email = forms.EmailField(label="电子邮箱", required=False)


class AccountCreationForm(_Names, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = UserCreationForm.Meta.fields | {"nickname"}


class AccountEditForm(_Names, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = UserEditForm.Meta.fields | {"nickname"}


class AccountViewSet(UserViewSet):
    def get_form_class(self, for_update=False):
        return AccountEditForm if for_update else AccountCreationForm
