"""What the security log holds about somebody. It is kept as the law wants, without the name once they have left."""

from meiri.personal.personal_data import GONE, PersonalData, register_personal_data
from meiri.security.models import SecurityEvent


def _rows(user):
    for row in SecurityEvent.objects.filter(actor=user.pk).order_by("pk").iterator():
        yield {
            "时间": row.at,
            "事件": row.get_event_display(),
            "对象": row.about,
            "地址": row.address,
            "浏览器": row.user_agent,
        }


def _erase(user) -> None:
    SecurityEvent.objects.filter(actor=user.pk).update(actor_name=GONE)


register_personal_data(PersonalData("登录与安全记录", _rows, _erase))
