"""How right and how fast proofing is, on real articles with errors put in. Needs ../shared/data.

A third of the 11,749 broadcast-news articles, chosen by a digest of their titles, was not looked at while the rules were made: this
measures on them. Into each article that has a place for it one error of each kind is put (`_errors.py`), alone.

*Recall*: of the errors put in, how many the rule doubts. *Precision*: of what the rule doubts in the articles with one error each and in
all of them as they were published, how much is an error that was put in. Every doubt about the published text counts as a false
alarm, though some are right (misprints, deviations from the norm): so it is a lower bound. `alarms` are these, `--show` prints them.
Names are looked for with a register of offices of the state as they changed in March and July 2023.
"""

import argparse
import hashlib
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from html import unescape
from pathlib import Path
from random import Random

import zstandard

from bench._errors import ERRORS, RIGHT, Maker, Wrong, exchanged, weekday
from meiri.proofing.checking import RULES, proofread
from meiri.proofing.rules.names import NameRegister, RegisterEntry
from meiri.proofing.rules.rule import Known, Passage

ARTICLES = Path(__file__).resolve().parents[2] / "shared/data/text/articles.jsonl.zst"
SEED = 20261129
LINE = "{:<22} {:>7} {:>7} {:>7} {:>9} {:>7}"
OFFICES = [
    ("国务院总理", "李克强", None, (2023, 3, 11)), ("国务院总理", "李强", (2023, 3, 11), None),
    ("全国人大常委会委员长", "栗战书", None, (2023, 3, 10)), ("全国人大常委会委员长", "赵乐际", (2023, 3, 10), None),
    ("全国政协主席", "汪洋", None, (2023, 3, 10)), ("全国政协主席", "王沪宁", (2023, 3, 10), None),
    ("国家副主席", "王岐山", None, (2023, 3, 10)), ("国家副主席", "韩正", (2023, 3, 10), None),
    ("国务院副总理", "韩正", None, (2023, 3, 12)), ("国务院副总理", "孙春兰", None, (2023, 3, 12)),
    ("国务院副总理", "胡春华", None, (2023, 3, 12)), ("国务院副总理", "刘鹤", None, (2023, 3, 12)),
    ("国务院副总理", "丁薛祥", (2023, 3, 12), None), ("国务院副总理", "何立峰", (2023, 3, 12), None),
    ("国务院副总理", "张国清", (2023, 3, 12), None), ("国务院副总理", "刘国中", (2023, 3, 12), None),
    ("外交部长", "王毅", None, (2022, 12, 30)), ("外交部长", "秦刚", (2022, 12, 30), (2023, 7, 25)),
    ("外交部长", "王毅", (2023, 7, 25), None),
]  # fmt: skip


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.proofing", description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="print so many false alarms of each rule")
    parser.add_argument("--part", choices=["held", "dev"], default="held")
    options = parser.parse_args(arguments)
    if not ARTICLES.is_file():
        sys.exit(f"This needs the real material in {ARTICLES}; it is not there.")
    measure(list(read_articles(options.part)), options.show)


def read_articles(part: str):
    """The day, and the title and paragraphs, of each article of a part: `held`, the third that was held back, or `dev`."""
    with ARTICLES.open("rb") as file:
        lines = zstandard.ZstdDecompressor().stream_reader(file).read().decode().split("\n")
    for line in filter(str.strip, lines):
        article = json.loads(line)
        digest = hashlib.sha256((article["title"] + article["date"]).encode()).hexdigest()
        if (int(digest, 16) % 3 == 0) != (part == "held"):
            continue
        pieces = re.split(r"</p>|<br ?/?>", article["html"] or "")
        texts = [text for piece in pieces if (text := unescape(re.sub(r"<[^<>]*>", "", piece)).strip())]
        number = article["date"]
        yield date(int(number[:4]), int(number[4:6]), int(number[6:])), [article["title"], *texts]


def measure(articles, show: int) -> None:
    register = NameRegister(
        RegisterEntry(name, title, (), since and date(*since), until and date(*until))
        for title, name, since, until in OFFICES
    )
    published, times, characters = defaultdict(list), [], 0
    for day, texts in articles:
        passages = [Passage("body:a", text) for text in texts]
        length = sum(map(len, texts))
        began = time.process_time()
        hints = proofread(passages, Known(day, None, register, tuple(texts)))
        if length >= 300:
            times.append((time.process_time() - began) / length * 1_000_000)
        characters += length
        for hint in hints:
            around = texts[hint.passage]
            published[hint.rule.name].append(
                f"{around[max(0, hint.start - 14) : hint.start]}【{hint.words}】{around[hint.end : hint.end + 14]}"
            )

    print(LINE.format("rule", "errors", "found", "alarms", "precision", "recall"))
    total: Counter[str] = Counter()
    for rule in RULES:
        if not (makers := makers_of(rule.name)):
            continue
        put = found = wrong_alarms = 0
        random = Random(SEED)
        for day, texts in articles:
            case = one_error(texts, makers[0](day), random)
            if case is None:
                continue
            number, wrong = case
            known = Known(day, None, register, tuple(texts))
            changed = [
                Passage("body:a", text) for text in [*texts[:number], wrong.text, *texts[number + 1 :]]
            ]
            put += 1
            found += any(
                at == number and doubt.start < wrong.end and doubt.end > wrong.start
                for at, doubt in rule.doubts(changed, known)
            )
            for right in makers[1:]:
                if (good := right(day)(texts[number], random)) is not None:
                    passages = [Passage("body:a", good.text)]
                    wrong_alarms += sum(
                        doubt.start < good.end and doubt.end > good.start
                        for _, doubt in rule.doubts(passages, known)
                    )
        alarms = len(published[rule.name]) + wrong_alarms
        precision = f"{found / (found + alarms):.3f}" if found + alarms else "-"
        print(LINE.format(rule.name, put, found, alarms, precision, f"{found / put:.3f}" if put else "-"))
        total.update(put=put, found=found, alarms=alarms)
        for line in Random(SEED).sample(published[rule.name], min(show, len(published[rule.name]))):
            print(f"    {line}")
    alarms = sum(map(len, published.values()))
    print(
        f"\nAll: precision {total['found'] / (total['found'] + total['alarms']):.3f}, recall {total['found'] / total['put']:.3f}."
    )
    print(f"Doubts about {len(articles):,} published articles of {characters:,} characters: {alarms}.")
    print(
        f"Milliseconds of a processor per 1,000 characters: median {statistics.median(times):.1f}, "
        f"95 % within {statistics.quantiles(times, n=20)[-1]:.1f}."
    )


def makers_of(rule: str):
    """For a rule: what puts an error in on a day, and what puts in what is right."""
    if rule == "weekday":
        return [lambda day: weekday(True, day.year), lambda day: weekday(False, day.year)]
    if rule == "quotation":
        return [lambda day: exchanged(r"(?<=“)[^“”]{12,120}(?=”)", changed_word)]
    if rule == "registered-name":
        names = "|".join(dict.fromkeys(f"(?<={title}){name}" for title, name, _, _ in OFFICES))
        return [lambda day: exchanged(names, another_name)]
    makers: list[Maker] = [table[rule] for table in (ERRORS, RIGHT) if rule in table]
    return [lambda day, maker=maker: maker for maker in makers]


def changed_word(found: re.Match[str], random: Random) -> str:
    words = found[0]
    at = random.randrange(1, len(words) - 2)
    return words[:at] + random.choice(["更", "不", "都", "大"]) + words[at + 1 :]


def another_name(found: re.Match[str], random: Random) -> str:
    """The name with its last character miswritten, or the name of somebody with another office."""
    name = found[0]
    if len(name) > 2 and random.random() < 0.5:
        return name[:-1] + random.choice("明华国强")
    return random.choice([other for _, other, _, _ in OFFICES if other != name])


def one_error(texts: list[str], maker: Maker, random: Random) -> tuple[int, Wrong] | None:
    """An error in one of the paragraphs, by turns from a random one on; None where none has a place for it."""
    first = random.randrange(len(texts))
    for step in range(len(texts)):
        number = (first + step) % len(texts)
        if number and (wrong := maker(texts[number], random)) is not None and wrong.text != texts[number]:
            return number, wrong
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
