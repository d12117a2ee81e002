from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.letters.desk import AttachmentView, LettersView, LetterView
from meiri.letters.permissions import may_handle
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "letters_desk": somewhere("letters.Letter", "handle"),
        "letters_desk_letter": one("letters.Letter", "letter_id", "handle"),
        "letters_desk_attachment": one("letters.Letter", "letter_id", "handle"),
    }
)


@hooks.register("register_admin_urls")
def desk_addresses():
    return [
        path("letters/", LettersView.as_view(), name="letters_desk"),
        path("letters/<int:letter_id>/", LetterView.as_view(), name="letters_desk_letter"),
        path(
            "letters/<int:letter_id>/attachments/<int:attachment_id>/",
            AttachmentView.as_view(),
            name="letters_desk_attachment",
        ),
    ]


class LettersMenuItem(MenuItem):
    def is_shown(self, request):
        return may_handle(request.user)


@hooks.register("register_admin_menu_item")
def desk_menu_item():
    return LettersMenuItem("群众来信", reverse("letters_desk"), icon_name="mail", order=330)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(
        content_type__app_label="letters",
        codename__in=["handle_letter", "open_contact", "change_lettersettings"],
    )
