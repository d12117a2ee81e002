"""What is held of those who keep originals and make exceptions."""

from meiri.personal.personal_data import PersonalData, register_personal_data
from meiri.sources.models import Original, ReprintException


def _originals(user) -> list[dict]:
    kept = Original.objects.filter(kept_by=user).defer("seal", "text").order_by("pk")
    return [{"时间": one.kept_at, "文件": one.name, "地址": one.address} for one in kept.iterator()]


def _exceptions(user) -> list[dict]:
    made = ReprintException.objects.filter(by=user).order_by("pk")
    return [
        {"时间": one.at, "稿件": one.title, "来源": one.source, "理由": one.reason} for one in made.iterator()
    ]


def _without_the_name(user) -> None:
    """The rows are evidence and stay; the account that they point at is gone from them."""


def register() -> None:
    register_personal_data(PersonalData("保存的原件", _originals, _without_the_name))
    register_personal_data(PersonalData("批准的转载例外", _exceptions, _without_the_name))
