"""Words that editors keep from being converted."""

from django.core.validators import RegexValidator
from django.db import models

from meiri.delivery.script import Term
from meiri.journal.content_keys import SCRIPT
from meiri.journal.public_models import Public

# The content key of the edition, which every page of it shows: its protected terms.
# Terms are put into pages as they are.
no_markup = RegexValidator(
    r"[<>&\"'\\\s]", "用词里不能有空格、引号、反斜线和 <、>、& 这些符号。", inverse_match=True
)


class ProtectedTermQuerySet(models.QuerySet):
    def as_pairs(self) -> tuple[Term, ...]:
        """Every term with its traditional form, which may be empty. One query."""
        return tuple(self.order_by("term").values_list("term", "traditional"))


class ProtectedTerm(models.Model):
    """A word that the traditional-script edition writes as editors say, whatever the dictionaries do with it."""

    term = models.CharField(
        "简体用词", max_length=40, unique=True, validators=[no_markup], help_text="稿件里的写法，如“范伟”。"
    )
    traditional = models.CharField(
        "繁体写法",
        max_length=40,
        blank=True,
        validators=[no_markup],
        help_text="如“范偉”。留空则照简体原样显示。较长的用词优先。",
    )

    public = Public(("term", "traditional"), keys=lambda term: [SCRIPT], key_forms=(SCRIPT,))

    objects = ProtectedTermQuerySet.as_manager()

    class Meta:
        verbose_name = "繁体用词"
        verbose_name_plural = "繁体用词"
        ordering = ["term"]

    def __str__(self):
        return self.term
