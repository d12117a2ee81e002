"""A member's own copy of everything that the site holds about them."""

import io
import json
import zipfile
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from meiri.identity import site_name
from meiri.members.avatars import Avatar
from meiri.members.models import User
from meiri.newsroom.clock import zoned
from meiri.personal.personal_data import export_personal_data


def packed(member: User) -> bytes:
    """A zip archive: the data as JSON, and as a page to read; the avatar."""
    parts = export_personal_data(member)
    made_at = timezone.now()
    data = {"网站": settings.BASE_URL, "生成时间": made_at, "资料": parts}
    page = render_to_string(
        "members/export.html", {"parts": parts, "made_at": made_at, "site_name": site_name()}
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=_as_text))
        archive.writestr("我的资料.html", page)
        if avatar := Avatar.objects.filter(member=member).exclude(file="").first():
            with avatar.file.open() as picture:
                archive.writestr("头像.jpg", picture.read())
    return out.getvalue()


def _as_text(value) -> str:
    return zoned(value).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
