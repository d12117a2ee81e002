"""Members of a test, and what they are sent."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

PASSWORD = "竹林深处有人家-1024"


def a_member(username="lin.wanzhou", **fields):
    """A member who signs in by the user name, as those did who joined before contacts were asked for."""
    fields.setdefault("nickname", "林间")
    return get_user_model().objects.create_user(username, password=PASSWORD, **fields)


def a_registered_member(contact="lin@paper.example", **fields):
    """A member who joined with a contact and proved it."""
    from allauth.account.models import EmailAddress

    phone = contact if contact.startswith("+") else None
    member = a_member(
        f"m{abs(hash(contact))}",
        email="" if phone else contact,
        phone=phone,
        phone_verified=bool(phone),
        registered=True,
        **fields,
    )
    if not phone:
        EmailAddress.objects.create(user=member, email=contact, verified=True, primary=True)
    return member


def an_editor(username="bianji", **fields):
    """Somebody who may enter the newsroom."""
    editor = a_member(username, **fields)
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return editor


def texts() -> list[str]:
    """The text messages in the outbox, the oldest first."""
    folder = Path(settings.HOME) / "outbox"
    return [path.read_text() for path in sorted(folder.glob("sms-*.txt"))]


def code_in(message: str) -> str:
    return re.search(r"验证码是 (\d{6})", message)[1]


def words(response) -> str:
    return response.content.decode()
