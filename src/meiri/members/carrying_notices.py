"""Sending on what members are told: notices by mail and push, and in the morning one mail with what is new where they follow."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from meiri.members.contacts import Contact
from meiri.members.kept_articles import followed_by, news_for
from meiri.members.messages import send_message
from meiri.members.models import NoticeChoice
from meiri.members.saved_searches import found_since
from meiri.personal.models import Notice
from meiri.personal.notices import note_carried, to_carry
from meiri.push.subscribing import write_messages

# Notices, and mails of the morning, in one run of the clock.
STEP, MAILS = 200, 50
MOST_IN_MAIL = 10
# What is pushed of a notice, which others may see on the screen of a device: nothing of what it says; for how long it is worth sending.
PUSHED, WORTH = "您有新的通知", timedelta(days=1)
# From which hour on the mail of the morning is sent.
MORNING = 7


@transaction.atomic
def carry_notices() -> int:
    """Send on the oldest notices that were not yet, by the ways that their members chose. How many. Run by the clock."""
    notices = to_carry(STEP)
    by_member: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_member[notice.member_id].append(notice)
    by_mail = NoticeChoice.objects.filter(member__in=by_member, told_by_mail=True).values_list(
        "pk", flat=True
    )
    for member, address in _addresses(by_mail).items():
        send_message(Contact(email=address), "您有新的通知", _in_mail(by_member[member]))
    by_push = NoticeChoice.objects.filter(member__in=by_member, told_by_push=True).values_list(
        "pk", flat=True
    )
    write_messages(by_push, PUSHED, reverse("member-notices"), timezone.now() + WORTH)
    note_carried(notices)
    return len(notices)


def notices_wait() -> bool:
    return bool(to_carry(1))


def _in_mail(notices: list[Notice]) -> str:
    lines = [notice.text for notice in notices[:MOST_IN_MAIL]]
    if len(notices) > MOST_IN_MAIL:
        lines.append(f"另有 {len(notices) - MOST_IN_MAIL} 条。")
    return _with_ending([*lines, f"查看：{settings.BASE_URL}{reverse('member-notices')}"])


def _with_ending(lines: list[str]) -> str:
    account = f"{settings.BASE_URL}{reverse('members')}#notice-ways"
    return "\n\n".join([*lines, f"不想再收到这样的邮件：{account}"])


def _addresses(members: Iterable[int]) -> dict[int, str]:
    """The proven addresses of members. One query."""
    proven = EmailAddress.objects.filter(user__in=list(members), primary=True, verified=True)
    return dict(proven.values_list("user_id", "email"))


def _news_mail_due():
    today = timezone.localdate()
    due = Q(mailed_on=None) | Q(mailed_on__lt=today)
    wanted = Q(news_by_mail=True) | Q(searches_by_mail=True)
    return NoticeChoice.objects.filter(due, wanted).order_by("mailed_on", "pk")


def news_mail_is_due() -> bool:
    return timezone.localtime().hour >= MORNING and _news_mail_due().exists()


@transaction.atomic
def mail_news() -> int:
    """Send some of the members who want it what was published where they follow, and what their saved searches found, since
    yesterday's mail. How many of them were looked at. Run by the clock."""
    choices = list(_news_mail_due().select_related("member")[:MAILS])
    addresses = _addresses(choice.pk for choice in choices)
    since = timezone.now() - timedelta(days=1)
    for choice in choices:
        if choice.pk in addresses:
            articles, _ = news_for(followed_by(choice.member)) if choice.news_by_mail else ([], None)
            fresh = [article for article in articles if article.published_at > since]
            found = found_since(choice.member, since) if choice.searches_by_mail else []
            lines = [
                f"{a.title}\n{settings.BASE_URL}{a.get_absolute_url()}"
                for a in dict.fromkeys([*fresh, *found])
            ]
            if lines:
                subject = "您关注的新稿" if fresh else "您保存的检索有新稿"
                send_message(Contact(email=addresses[choice.pk]), subject, _with_ending(lines))
    NoticeChoice.objects.filter(pk__in=[choice.pk for choice in choices]).update(
        mailed_on=timezone.localdate()
    )
    return len(choices)
