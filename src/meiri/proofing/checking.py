"""Going through a text with all rules."""

from collections.abc import Sequence

from meiri.proofing.rules import (
    calendar_dates,
    doubled,
    idioms,
    listed_words,
    miswritings,
    names,
    numbers,
    pairs,
    particles,
    punctuation,
    quotations,
    sums,
    units,
)
from meiri.proofing.rules.rule import Hint, Known, Level, Passage, Rule

RULES: tuple[Rule, ...] = (
    listed_words.ListedWords(),
    names.RegisteredNames(),
    calendar_dates.WeekdayDisagrees(),
    calendar_dates.ImpossibleDates(),
    miswritings.Miswritings(),
    idioms.MiswrittenIdioms(),
    particles.AdverbParticle(),
    particles.ComplementParticle(),
    particles.AttributeParticle(),
    doubled.DoubledWords(),
    pairs.UnpairedMarks(),
    punctuation.HalfWidthMarks(),
    punctuation.RepeatedMarks(),
    punctuation.MisplacedMarks(),
    punctuation.Ellipses(),
    punctuation.Dashes(),
    punctuation.SerialMarks(),
    punctuation.FullWidthLetters(),
    numbers.ChineseZero(),
    numbers.ApproximateNumbers(),
    numbers.MixedNumbers(),
    numbers.NumberRanges(),
    numbers.TimesLess(),
    numbers.TwiceApproximate(),
    numbers.TwoOfThings(),
    units.UnitSymbols(),
    units.ObsoleteUnits(),
    sums.GrowthDisagrees(),
    sums.PartsDoNotAddUp(),
    sums.SharesDoNotAddUp(),
    quotations.ChangedQuotations(),
)
RULE_NAMED = {rule.name: rule for rule in RULES}
# So many doubts one editor reads; a text with more has one fault many times.
MOST_HINTS = 200
_GRAVITY = {level: place for place, level in enumerate(Level)}


def proofread(passages: Sequence[Passage], known: Known, rules: Sequence[Rule] = RULES) -> list[Hint]:
    """What the rules doubt in a text, in the order of the text, at most `MOST_HINTS`: where several doubt the same characters,
    the gravest alone."""
    found = [
        Hint(
            rule,
            number,
            doubt.start,
            doubt.end,
            passages[number].text[doubt.start : doubt.end],
            doubt.sentence or rule.explanation,
            doubt.replacements,
            doubt.level or rule.level,
        )
        for rule in rules
        for number, doubt in rule.doubts(passages, known)
    ]
    found.sort(key=lambda hint: (hint.passage, hint.start, _GRAVITY[hint.level], -hint.end))
    kept: list[Hint] = []
    for hint in found:
        last = kept[-1] if kept else None
        if last and last.passage == hint.passage and hint.start < last.end:
            if _GRAVITY[hint.level] < _GRAVITY[last.level]:
                kept[-1] = hint
            continue
        kept.append(hint)
    # Of very many the gravest are told, and these in the order of the text.
    gravest = sorted(kept, key=lambda hint: _GRAVITY[hint.level])[:MOST_HINTS]
    return sorted(gravest, key=lambda hint: (hint.passage, hint.start))
