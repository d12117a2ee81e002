"""What planning holds of somebody who works in the newsroom: proposals, assignments, what they said, shifts."""

from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.planning.models import Assignment, DutyShift, HandoverNote, PlanComment, PlanItem


def _rows(user) -> list[dict]:
    rows = [
        {"时间": item.created_at, "种类": "报题", "内容": item.title}
        for item in PlanItem.objects.filter(proposed_by=user).order_by("pk").iterator()
    ]
    rows += [
        {"时间": a.assigned_at, "种类": "派单", "内容": str(a)}
        for a in Assignment.objects.filter(user=user).select_related("item").order_by("pk").iterator()
    ]
    rows += [
        {"时间": c.at, "种类": "选题意见", "内容": c.text}
        for c in PlanComment.objects.filter(by=user).order_by("pk").iterator()
    ]
    rows += [
        {"时间": n.at, "种类": "交接班记录", "内容": n.text}
        for n in HandoverNote.objects.filter(by=user).order_by("pk").iterator()
    ]
    return rows + [
        {"时间": s.begins_at, "种类": "值班", "内容": str(s)}
        for s in DutyShift.objects.filter(user=user).order_by("pk").iterator()
    ]


def _erase(user) -> None:
    """What was decided and written for others stays, signed by nobody; shifts go with the account."""
    PlanItem.objects.filter(proposed_by=user).update(proposed_by=None)
    Assignment.objects.filter(user=user).update(user=None)
    Assignment.objects.filter(assigned_by=user).update(assigned_by=None)
    PlanComment.objects.filter(by=user).update(by=None)
    HandoverNote.objects.filter(by=user).update(by=None)
    DutyShift.objects.filter(user=user).delete()


register_personal_data(PersonalData("选题与值班", _rows, _erase))
