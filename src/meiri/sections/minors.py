"""What may harm minors (可能影响未成年人身心健康): the flag of an article, a topic, a live coverage, and the one condition that keeps
what is flagged away from where everybody looks.

未成年人网络保护条例 (in force 2024-01-01), articles 22 and 23: a notice stands before it is shown; it stands on no first screen, in no
pop-up and no hot list. 可能影响未成年人身心健康的网络信息分类办法 (in force 2026-03-01) names the four categories, and adds rankings,
recommendations and selections.
"""

from typing import Any

from django.db import models


class MinorsRisk(models.TextChoices):
    """The categories of the 办法."""

    IMITATION = "imitation", "可能引发或诱导模仿、实施不良行为"
    VALUES = "values", "可能对价值观造成负面影响"
    IMAGE = "image", "涉及未成年人形象的使用"
    PRIVACY = "privacy", "涉及未成年人个人信息的披露和使用"


def minors_risk_field() -> models.CharField:
    """The flag, of a model whose rows readers see: the category, empty for none. It is called `minors_risk` everywhere."""
    return models.CharField(
        "可能影响未成年人身心健康",
        max_length=9,
        choices=MinorsRisk.choices,
        blank=True,
        help_text="选定后：打开前先有提示页，不上首页、各类首屏、热点榜、推荐、订阅源和突发条。",
    )


def is_set_apart(thing: Any) -> bool:
    """Whether `thing` (a row, a card of one) stands only where somebody asks for it by itself, behind a notice."""
    return bool(thing.minors_risk)


def not_set_apart(path: str = "") -> models.Q:
    """The same for rows, those that are not: `path` leads to the flagged model, like `article__`."""
    return models.Q(**{f"{path}minors_risk": ""})
