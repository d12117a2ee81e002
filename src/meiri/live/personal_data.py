"""What the site holds of somebody who reported live: the entries they wrote."""

from meiri.live.models import Coverage, EntryCorrection, LiveEntry
from meiri.personal.personal_data import PersonalData, register_personal_data


def _entries(user) -> list[dict]:
    written = LiveEntry.objects.filter(author=user).select_related("coverage").order_by("pk")
    return [
        {
            "时间": entry.created_at,
            "直播": entry.coverage.title,
            "小标题": entry.title,
            "内容": entry.words,
            "状态": entry.get_state_display(),
        }
        for entry in written.iterator(chunk_size=500)
    ]


def _erase(user) -> None:
    """What readers saw stays as it was signed: it is the newsroom's. What they never saw goes, and nothing leads to the account."""
    LiveEntry.objects.filter(author=user, number=None).delete()
    Coverage.reporters.through.objects.filter(user=user.pk).delete()
    for model, field in (
        (LiveEntry, "author"),
        (LiveEntry, "decided_by"),
        (EntryCorrection, "by"),
        (Coverage, "created_by"),
    ):
        model._default_manager.filter(**{field: user}).update(**{field: None})


register_personal_data(PersonalData("直播条目", _entries, _erase))
