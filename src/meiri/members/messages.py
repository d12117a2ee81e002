"""What members are sent by mail or as a text message."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string

from meiri.identity import site_name
from meiri.mail.folder import write_to_outbox
from meiri.members.contacts import Contact

MINUTES = 15


def send_code(contact: Contact, code: str) -> None:
    send_message(
        contact,
        "验证码",
        f"您的验证码是 {code}，{MINUTES} 分钟内有效。如果不是您本人操作，请不要理会，也不要告诉任何人。",
        expires=timezone.now() + timedelta(minutes=MINUTES),
    )


def say_there_is_an_account(contact: Contact) -> None:
    send_message(
        contact,
        "您已是会员",
        "有人用这个联系方式登记会员，但它已有账号。如果是您本人，请直接登录；忘记密码可用验证码登录。",
    )


def say_there_is_none(contact: Contact) -> None:
    send_message(
        contact, "还没有账号", "有人想用这个联系方式登录，但它还没有登记会员。如果是您本人，请先登记。"
    )


def send_message(contact: Contact, subject: str, text: str, expires: datetime | None = None) -> None:
    """Send a message, which is worth nothing after `expires` and kept nowhere any more then."""
    name = site_name()
    if contact.email:
        headers = {"Expires": format_datetime(expires)} if expires else {}
        EmailMessage(
            f"{name}：{subject}",
            f"{text}\n\n{name}\n{settings.BASE_URL}/",
            to=[contact.email],
            headers=headers,
        ).send()
    else:
        import_string(settings.SMS_SENDER)(contact.phone, f"【{name}】{text}")


def text_to_outbox(number: str, text: str) -> None:
    """Write a text message into the outbox, for a site that has no gateway yet. Whatever code is in it is not kept longer
    than it is valid."""
    write_to_outbox(f"{number}\n{text}\n".encode(), "sms", "txt", timezone.now() + timedelta(minutes=MINUTES))
