"""What administrators are told about mail on their first screen."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from meiri.mail.models import OutgoingMail

LATE = timedelta(minutes=10)
MOST = 100


def late_errors() -> list[str]:
    """The last error of each message that should have been sent long ago, the newest first; at most `MOST`."""
    late = OutgoingMail.objects.waiting().filter(written_at__lt=timezone.now() - LATE)
    return list(late.order_by("-pk").values_list("error", flat=True)[:MOST])


def failed_errors() -> list[str]:
    """The last error of each message that was given up, the newest first; at most `MOST`."""
    failed = OutgoingMail.objects.filter(failed_at__isnull=False)
    return list(failed.order_by("-failed_at").values_list("error", flat=True)[:MOST])


def warnings() -> list[str]:
    """A sentence each, in Chinese. Two queries at most."""
    if not settings.EMAIL_URL:
        return ["没有设置发信服务器（MEIRI_EMAIL_URL）：邮件只写入数据目录的 outbox 文件夹，收件人收不到。"]
    told = []
    for errors, what in [(late_errors(), "迟迟发不出去"), (failed_errors(), "没有发出")]:
        if errors:
            number = f"{MOST} 封以上" if len(errors) == MOST else f"{len(errors)} 封"
            told.append(f"{number}邮件{what}：{errors[0][:120] or '发信程序可能没有运行'}")
    return told
