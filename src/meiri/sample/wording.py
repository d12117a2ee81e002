"""Plausible newspaper Chinese out of tables of words: the same numbers give the same text."""

import re
from collections.abc import Sequence
from random import Random

from meiri.sample.content_files import table

SLOT = re.compile(r"\{([a-z]+)\}")
# Sentences are made beforehand, as many as these, and bodies are put together from them.
SENTENCES = 4000


class Wording:
    """Writes titles and bodies. What it writes depends on the `Random` that is handed in, and on nothing else."""

    def __init__(self):
        words = table("words")
        self.lists: dict[str, list[str]] = words["lists"]
        self.titles: dict[str, list[str]] = words["titles"]
        self.body: dict[str, list[str]] = words["body"]
        random = Random("sentences")
        self.sentences = [
            self.filled(random.choice(self.body["sentences"]), random, {}) for _ in range(SENTENCES)
        ]

    def filled(self, pattern: str, random: Random, given: dict[str, str]) -> str:
        """`pattern` with each {word} as `given`, or chosen from the list of that name."""
        return SLOT.sub(lambda m: given.get(m[1]) or random.choice(self.lists[m[1]]), pattern)

    def subject(self, random: Random, where: str) -> dict[str, str]:
        """What one article is about."""
        return {
            "where": where,
            "place": random.choice(self.lists["town"]),
            "thing": random.choice(self.lists["thing"]),
        }

    def title(self, kind: str, random: Random, subject: dict[str, str]) -> str:
        return self.filled(random.choice(self.titles.get(kind, self.titles["report"])), random, subject)

    def paragraphs(self, count: int, random: Random, subject: dict[str, str]) -> list[str]:
        """`count` paragraphs, the first of which opens the story and the last of which ends it."""
        found = ["".join(random.sample(self.sentences, random.randint(3, 5))) for _ in range(count)]
        found[0] = self.filled(random.choice(self.body["openings"]), random, subject) + found[0]
        found[-1] += self.filled(random.choice(self.body["closings"]), random, subject)
        return found

    def name(self, random: Random) -> str:
        return random.choice(self.lists["surname"]) + random.choice(self.lists["given"])

    def one_of(self, name: str, random: Random) -> str:
        return random.choice(self.lists[name])

    def some_of(self, values: Sequence, count: int, random: Random) -> list:
        return random.sample(values, min(count, len(values)))
