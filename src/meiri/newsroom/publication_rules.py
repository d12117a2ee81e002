"""How strictly each rule of publication is meant, in all channels or in one."""

from collections.abc import Mapping

from django.conf import settings
from django.db import models, transaction

from meiri.journal.public_models import NotPublic
from meiri.newsroom.publication_checks import Strictness, registered_rules
from meiri.sections.models import Channel

LEVELS = ((Strictness.STOP.value, "必须"), (Strictness.ASK.value, "提示"), (Strictness.OFF.value, "不查"))


class PublicationRule(models.Model):
    """The level of one rule. `channel` None: in every channel that has none of its own."""

    code = models.CharField("规则", max_length=60)
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    level = models.CharField("要求", max_length=4, choices=LEVELS)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="设定人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    set_at = models.DateTimeField("设定时间", auto_now=True)

    public = NotPublic("how strict the newsroom is with itself")

    class Meta:
        verbose_name = "发布规则"
        verbose_name_plural = "发布规则"
        constraints = [
            models.UniqueConstraint(fields=["code", "channel"], name="publication_rule_once_a_channel"),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(channel__isnull=True),
                name="publication_rule_once_for_all",
            ),
        ]

    def __str__(self):
        return f"{self.code}: {self.get_level_display()}"


def levels_in(channel_id: int | None) -> dict[str, Strictness]:
    """The levels that were set and hold in a channel, by the codes of their rules. One query."""
    wanted = models.Q(channel=None)
    if channel_id is not None:
        wanted |= models.Q(channel=channel_id)
    rows = PublicationRule.objects.filter(wanted).values_list("code", "level", "channel")
    # A channel's own comes last and counts.
    return {code: Strictness(level) for code, level, _ in sorted(rows, key=lambda row: row[2] is not None)}


def levels_of(version) -> Mapping[str, Strictness]:
    return levels_in(version.channel_id)


@transaction.atomic
def set_levels(channel: Channel | None, chosen: Mapping[str, Strictness | None], by=None) -> int:
    """Let the rules named by `chosen` have these levels in `channel` (None: everywhere); with None for a level, what holds
    everywhere, or what the rule itself says. How many changed."""
    known = {rule.code for _check, rule in registered_rules()}
    stored = {rule.code: rule for rule in PublicationRule.objects.select_for_update().filter(channel=channel)}
    changed = 0
    for code, level in chosen.items():
        row = stored.get(code)
        if code not in known or (row.level if row else None) == level:
            continue
        changed += 1
        if level is None:
            stored[code].delete()
        else:
            row = row or PublicationRule(code=code, channel=channel)
            row.level, row.set_by = level, by
            row.save()
    return changed
