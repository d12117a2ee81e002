"""What the newsroom's word rules say of a text."""

from collections.abc import Iterable
from dataclasses import dataclass

from meiri.comments.models import WordRule
from meiri.comments.patterns import found_in, without
from meiri.visitors.skeletons import Skeleton

MOST_RULES = 200


@dataclass(frozen=True)
class Verdict:
    """The text as it may be kept, and the reasons to refuse it, to hold it, and why words of it were covered."""

    text: str
    refused: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What the writer is told of a text that is kept; "" where there is nothing to tell."""
        said = []
        if self.held:
            said.append(f"须先经审核：{'、'.join(self.held)}。")
        if self.replaced:
            said.append(f"部分词语已用＊代替：{'、'.join(self.replaced)}。")
        return "".join(said)[:300]


def in_force() -> list[WordRule]:
    """The active rules. One query."""
    return list(WordRule.objects.filter(active=True)[:MOST_RULES])


def judge(text: str, rules: Iterable[WordRule]) -> Verdict:
    """What `rules` say of `text`."""
    plain = Skeleton.of(text)
    reasons: dict[str, list[str]] = {deed: [] for deed in WordRule.Deed.values}
    kept = text
    for rule in rules:
        stretches = list(found_in(rule.lines, plain))
        if stretches:
            reasons[rule.deed].append(rule.reason)
        if stretches and rule.deed == WordRule.Deed.REPLACE:
            kept = without(kept, stretches)
    refused, held, replaced = (
        tuple(dict.fromkeys(reasons[deed]))
        for deed in (WordRule.Deed.REFUSE, WordRule.Deed.HOLD, WordRule.Deed.REPLACE)
    )
    return Verdict(kept, refused, held, replaced)
