"""An archive in the language of real news: titles that were written, bodies put together from sentences that were.

Real texts have rare words and frequent ones as a newspaper's archive has them; those of `meiri generate` come from a table of
some hundred words, which makes each of them stand in every fourth article.
"""

import json
import re
from random import Random

from bench._relevance import DATA, lines
from meiri.newsroom.rich_text import paragraphs_of_rich_text
from meiri.sample.wording import Wording

_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


class RealWording(Wording):
    """Writes with titles and sentences of ../shared/data/text."""

    def __init__(self):
        super().__init__()
        self.real_titles = [
            title
            for line in lines(DATA / "text/trending-daily.jsonl.zst")
            for title in json.loads(line)["titles"]
        ]
        for name in ("headlines-18-categories", "headlines-keywords"):
            found = (json.loads(line)["title"] for line in lines(DATA / f"text/{name}.jsonl.zst"))
            self.real_titles += [title.replace(" ", "")[:120] for title in found if title]
        articles = map(json.loads, lines(DATA / "text/articles.jsonl.zst"))
        self.sentences = [
            sentence
            for article in articles
            for paragraph in paragraphs_of_rich_text(article["html"])
            for sentence in _SENTENCE.findall(paragraph)
        ]

    def title(self, kind: str, random: Random, subject: dict[str, str]) -> str:
        return random.choice(self.real_titles)

    def paragraphs(self, count: int, random: Random, subject: dict[str, str]) -> list[str]:
        return ["".join(random.sample(self.sentences, random.randint(2, 3))) for _ in range(count)]
