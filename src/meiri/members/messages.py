"""What members are sent by mail or as a text message."""

import secrets
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string

from meiri.identity import site_name
from meiri.members.contacts import Contact

MINUTES = 15


def send_code(contact: Contact, code: str) -> None:
    send(
        contact,
        "验证码",
        f"您的验证码是 {code}，{MINUTES} 分钟内有效。如果不是您本人操作，请不要理会，也不要告诉任何人。",
    )


def say_there_is_an_account(contact: Contact) -> None:
    send(
        contact,
        "您已是会员",
        "有人用这个联系方式登记会员，但它已有账号。如果是您本人，请直接登录；忘记密码可用验证码登录。",
    )


def say_there_is_none(contact: Contact) -> None:
    send(contact, "还没有账号", "有人想用这个联系方式登录，但它还没有登记会员。如果是您本人，请先登记。")


def send(contact: Contact, subject: str, text: str) -> None:
    name = site_name()
    if contact.email:
        EmailMessage(
            f"{name}：{subject}", f"{text}\n\n{name}\n{settings.BASE_URL}/", to=[contact.email]
        ).send()
    else:
        import_string(settings.SMS_SENDER)(contact.phone, f"【{name}】{text}")


def text_to_outbox(number: str, text: str) -> None:
    """Write a text message into the outbox, as mail is: for a site that has no gateway yet."""
    folder = Path(settings.HOME) / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"sms-{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.txt"
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(f"{number}\n{text}\n")
