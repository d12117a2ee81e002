"""The label of a picture, a video or a sound that artificial intelligence made, or may have: what its file says, what editors say, and that
nobody takes away unsaid what a file carries (人工智能生成合成内容标识办法, 第十条)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from meiri.aigc import AigcBlock, AigcLabel, plain
from meiri.identity import site_name
from meiri.journal.log import actor, append
from meiri.journal.recording import acting_user
from meiri.media.events import Labelled
from meiri.media.provenance import MediaWords, Provenance

LONGEST_LABEL_REASON = 200


def label_field(help_text: str) -> models.CharField:
    return models.CharField(
        "AI 标识",
        max_length=1,
        blank=True,
        choices=[(label.value, label.words) for label in AigcLabel],
        help_text=help_text,
    )


class LabelledMedia(models.Model):
    """What a picture, a video or a sound has for its label. `provenance` is what its file said when it came, as `Provenance.as_json`."""

    provenance = models.JSONField("来历", default=dict, blank=True, editable=False)
    ai_label = label_field("读者在图片上看到。文件自带的标识不能删除，可以确认或加强。")
    ai_label_reason = models.CharField(
        "减弱标识的理由",
        max_length=LONGEST_LABEL_REASON,
        blank=True,
        help_text="标识比原来弱时必填，如“作者提供了原始照片，核对属实”。读者看得到，日志也会记下。",
    )

    words: MediaWords

    class Meta:
        abstract = True

    @property
    def own_number(self) -> str:
        """The number by which this site knows what it spreads."""
        raise NotImplementedError

    def labelled(self, **said: str) -> Labelled:
        """The event of another label."""
        raise NotImplementedError

    @property
    def known(self) -> Provenance:
        return Provenance.from_json(self.provenance)

    @property
    def label(self) -> AigcLabel | None:
        """What readers are told."""
        return AigcLabel(self.ai_label) if self.ai_label else None

    def take_provenance(self, known: Provenance) -> None:
        """Note what a new file said: its label where none as sure is there, its credit where there is none."""
        self.provenance = known.as_json()
        self.ai_label = surer(self.ai_label, known.label)
        self.credit: str = getattr(self, "credit", "") or credit_of(known)

    def block(self) -> AigcBlock | None:
        """The AIGC block of the files that this site makes and spreads of the picture; None where it has no label."""
        label = self.label
        if label is None:
            return None
        block = (self.known.aigc or AigcBlock(label)).labelled(label)
        return block.spread_by(settings.AIGC_CODE or plain(site_name()), self.own_number)

    @property
    def source_type(self) -> str:
        """The word of IPTC for how it was made; "" where nothing is known."""
        return self.known.source_type or ("trainedAlgorithmicMedia" if self.label is AigcLabel.IS else "")

    def told(self) -> list[tuple[str, str]]:
        """What is known of where it comes from, in Chinese words, for readers and editors: the label that holds, then what the
        file says."""
        label, known = self.label, self.known
        lines = [("标识", label.words)] if label else []
        if known.label and label and label.is_weaker_than(known.label):
            lines += [("文件自带的标识", known.label.words), ("改为较弱标识的理由", self.ai_label_reason)]
        credit: str = getattr(self, "credit", "")
        named = self.words.credit
        said = [line for line in known.said(self.words) if line[0] not in ("标识", named)]
        return [line for line in (*lines, (named, credit or known.credit), *said) if line[1]]

    @property
    def is_told(self) -> bool:
        """Whether readers can open what is known: where there is a label, or a manifest."""
        return bool(self.ai_label or "credentials" in self.provenance)

    def check_label(self, before: "LabelledMedia | None") -> None:
        """Raise `ValidationError` where the label that it had as `before`, or that its file carries, is gone, or weaker
        without a reason."""
        is_same_file = before is not None and before.provenance == self.provenance
        if is_same_file and before is not None and before.ai_label == self.ai_label:
            return
        carried = self.known.label
        if carried and not self.ai_label:
            raise ValidationError(
                {
                    "ai_label": f"{self.words.name}文件自带“{carried.words}”的标识，不能删除。确有根据的，可以改为较弱的标识，并写明理由。"
                }
            )
        stood = surer(before.ai_label if before is not None and is_same_file else "", carried)
        if stood and is_weaker(self.ai_label, AigcLabel(stood)) and not self.ai_label_reason.strip():
            raise ValidationError(
                {"ai_label_reason": f"标识比原来的“{AigcLabel(stood).words}”弱：请写明理由。"}
            )

    def record_label(self, before: "LabelledMedia") -> None:
        """Tell the journal of a label that is another one than that of `before`. In the transaction that saves it."""
        if before.ai_label != self.ai_label:
            event = self.labelled(before=before.ai_label, after=self.ai_label, reason=self.ai_label_reason)
            append(event, actor(acting_user()))


def is_weaker(value: str, label: AigcLabel) -> bool:
    """Whether a label's value, "" for none, says less than `label`."""
    return not value or AigcLabel(value).is_weaker_than(label)


def surer(value: str, other: AigcLabel | None) -> str:
    """The surer one of a label's value, "" for none, and a label."""
    return other.value if other is not None and is_weaker(value, other) else value


def credit_of(known: Provenance) -> str:
    """The line of credit that a file proposes, as long as one can be."""
    return known.named_credit[:60]
