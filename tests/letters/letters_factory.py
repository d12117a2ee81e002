"""Letters and those who handle them."""

import itertools
from io import BytesIO

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from PIL import Image

from meiri.letters import handling
from meiri.letters.models import Letter
from meiri.letters.sealing import digest_of_key, seal_contact
from meiri.newsroom.models import Desk

_number = itertools.count(1)


def a_letter(attachments=(), **fields):
    n = next(_number)
    receipt = f"20261123-AAAA{n:02}"
    return handling.receive_letter(
        Letter(
            **{
                "receipt": receipt,
                "key_digest": digest_of_key(receipt, "KEY"),
                "token_digest": str(n),
                "subject": "路灯不亮",
                "text": "我是林晚舟，东门的路灯不亮。",
                "sealed_contact": seal_contact("林晚舟", "13800001234"),
                "masked_name": "林某某",
                "may_publish": True,
                **fields,
            }
        ),
        attachments,
    )


def someone(*permissions):
    user = get_user_model().objects.create_user(f"user{next(_number)}", password="x")
    user.user_permissions.set(Permission.objects.filter(codename__in=[*permissions, "access_admin"]))
    return get_user_model().objects.get(pk=user.pk)


def a_desk(name="浙江编辑组", stations=(), permissions=("handle_letter",)):
    """A desk whose group handles letters, and somebody of it."""
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=[*permissions, "access_admin"]))
    desk = Desk.objects.create(group=group)
    desk.stations.set(stations)
    member = get_user_model().objects.create_user(f"user{next(_number)}", password="x")
    member.groups.add(group)
    return desk, member


def a_photograph(format="JPEG", size=(640, 480), place=True) -> bytes:
    """A picture as a telephone makes it, with the place where it was taken."""
    exif = Image.Exif()
    if place:
        exif[0x010F] = "PHONE-MAKER-77"
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 28.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    out = BytesIO()
    picture = Image.frombytes("RGB", (8, 8), bytes(range(192))).resize(size)
    picture.save(out, format, exif=exif.tobytes() if place else b"")
    return out.getvalue()


# One page with a word on it.
A_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>endobj\n"
    b"4 0 obj<</Length 16>>stream\nBT (lamp) Tj ET \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
