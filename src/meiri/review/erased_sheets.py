"""Takes words that were erased by order out of the review sheets of their article."""

import json

from meiri.journal.encoding import canonical
from meiri.newsroom.erased_words import GONE, ErasedWords
from meiri.newsroom.models import Article
from meiri.review.review_sheets import ReviewSheet

BATCH = 100


def clean_sheets(article: Article, words: ErasedWords, order: int) -> None:
    """`order`: the number of the journal's entry that tells of it. Who reviewed what, when and how stays; the digests of the parts of the
    text go, which short parts could be guessed from."""
    newest = 0
    sheets = ReviewSheet.objects.filter(article=article.pk).order_by("pk")
    while found := list(sheets.filter(pk__gt=newest)[:BATCH]):
        newest = found[-1].pk
        for sheet in found:
            document = json.loads(sheet.document)
            kept = words.without(document)
            if kept == document and not words.stand_in(sheet.title):
                continue
            kept["text"] = {**kept["text"], "content": "", "words": "", "credits": "", "parts": {}}
            ReviewSheet.objects.filter(pk=sheet.pk).update(
                document=canonical(kept).decode(),
                title=GONE if words.stand_in(sheet.title) else sheet.title,
                parts={},
                erased_by=order,
            )
