"""What administrators are told about mail on their first screen."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from meiri.mail.models import OutgoingMail

LATE = timedelta(minutes=10)
MOST = 100


def warnings() -> list[str]:
    """A sentence each, in Chinese. Two queries at most."""
    if not settings.EMAIL_URL:
        return ["没有设置发信服务器（MEIRI_EMAIL_URL）：邮件只写入数据目录的 outbox 文件夹，收件人收不到。"]
    told = []
    late = OutgoingMail.objects.waiting().filter(written_at__lt=timezone.now() - LATE).order_by("-pk")[:MOST]
    failed = OutgoingMail.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:MOST]
    for rows, what in [(late, "迟迟发不出去"), (failed, "没有发出")]:
        errors = list(rows.values_list("error", flat=True))
        if errors:
            number = f"{MOST} 封以上" if len(errors) == MOST else f"{len(errors)} 封"
            told.append(f"{number}邮件{what}：{errors[0][:120] or '发信程序可能没有运行'}")
    return told
