"""Near-duplicates in the database: found while drafts, within a bounded number of queries, gone with their article."""

import json

import pytest
import zstandard
from django.core.management import call_command

from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.search.article_texts import ArticleText, of_html, text_of, words_of
from meiri.search.duplicates import MOST_A_NUMBER, MOST_COMPARED, candidates_of, near_duplicates
from meiri.search.fingerprints import store_fingerprint, store_missing_fingerprints
from meiri.search.minhash import KEPT, comparable_text, minhash_of
from meiri.search.models import Fingerprint, FingerprintNumber
from tests.newsroom_factory import a_draft, a_source, an_article
from tests.search.test_minhash import OTHER, REPORT

pytestmark = pytest.mark.django_db


def a_saved_draft(title="老旧小区装上电梯", text=REPORT, **fields):
    article = a_draft(title, text=text, **fields)
    article.save_revision()
    return article


def found(title, text, **options) -> list[int]:
    return [match.article_id for match in near_duplicates(title, text, **options)]


def test_a_draft_is_found_with_its_source_and_how_much_it_is_alike():
    draft = a_saved_draft(source=a_source("江海晚报"))
    (match,) = near_duplicates("别的标题", REPORT)
    assert match.article_id == draft.pk
    assert match.percent > 90
    assert match.in_words() == f"与《老旧小区装上电梯》相似 {match.percent}%，来源江海晚报"
    assert not match.live


def test_other_news_is_not_found():
    a_saved_draft()
    assert near_duplicates("科考队启航", OTHER) == []


def test_the_article_itself_is_left_out_when_asked():
    draft = a_saved_draft()
    assert found(draft.title, REPORT, exclude=[draft.pk]) == []


def test_the_newest_saved_words_count_published_or_not():
    article = publish(a_saved_draft())
    article.body = [("text", f"<p>{OTHER}</p>")]
    article.title = "科考队启航"
    article.save_revision()
    assert found("科考队启航", OTHER) == [article.pk]
    assert found("老旧小区装上电梯", REPORT) == []
    assert words_of([article.pk])[article.pk].title == "科考队启航"


def test_numbers_of_words_that_are_gone_are_taken_away():
    article = a_saved_draft()
    before = set(FingerprintNumber.objects.values_list("number", flat=True))
    article.body = [("text", f"<p>{OTHER}</p>")]
    article.save_revision()
    after = set(FingerprintNumber.objects.values_list("number", flat=True))
    assert 0 < len(after) <= KEPT
    assert not before & after


def test_a_deleted_draft_leaves_nothing():
    a_saved_draft().delete()
    assert not Fingerprint.objects.exists()
    assert not FingerprintNumber.objects.exists()
    assert found("老旧小区装上电梯", REPORT) == []


def test_a_number_whose_article_is_gone_does_no_harm():
    FingerprintNumber.objects.bulk_create(
        FingerprintNumber(number=number, article=9_999_999) for number in minhash_of(comparable_text(REPORT))
    )
    assert near_duplicates("老旧小区装上电梯", REPORT) == []


def test_withdrawn_articles_are_still_found_by_editors():
    article = publish(a_saved_draft())
    withdraw(article, "内容有误")
    assert found("老旧小区装上电梯", REPORT) == [article.pk]


def test_saving_again_without_a_change_of_words_writes_no_numbers(django_assert_num_queries):
    article = a_saved_draft()
    # Savepoint, look-up, release.
    with django_assert_num_queries(3):
        store_fingerprint(article.pk, ArticleText(article.title, REPORT))


def test_a_look_up_takes_three_queries_however_many_are_alike(django_assert_num_queries):
    for _ in range(MOST_COMPARED + 4):
        a_saved_draft()
    with django_assert_num_queries(3):
        assert len(near_duplicates("老旧小区装上电梯", REPORT)) == 5


def test_short_texts_are_not_looked_for(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert near_duplicates("快讯", "") == []


def test_a_phrase_that_all_articles_hold_finds_the_newest_of_them_only():
    for n in range(MOST_A_NUMBER + 5):
        a_saved_draft(f"第{n}号通告")
    assert len(candidates_of(comparable_text(REPORT))) <= MOST_A_NUMBER


def test_the_command_makes_what_is_missing_and_nothing_twice(capsys):
    for _ in range(3):
        a_draft(text=REPORT)
    a_saved_draft()
    assert Fingerprint.objects.count() == 1
    call_command("fingerprint")
    assert capsys.readouterr().out.startswith("3 fingerprints made")
    assert Fingerprint.objects.count() == Article.objects.count() == 4
    assert store_missing_fingerprints() == 0


def test_words_are_those_that_were_written():
    body = [
        {"type": "text", "value": "<p>甲&amp;乙</p><p>第二<b>段</b></p>"},
        {"type": "heading", "value": "小标题"},
        {"type": "image", "value": {"image": 1, "caption": "图片说明", "credit": ""}},
        {"type": "quote", "value": {"text": "引文", "speaker": "某人"}},
        {"type": "table", "value": {"data": [["一", None], ["二", "三"]]}},
        {"type": "table", "value": None},
    ]
    assert text_of(body) == "甲&乙\n第二段\n小标题\n引文\n一　\n二　三"


def test_the_words_of_a_published_article_come_from_its_row():
    article = an_article("标题", text="正文一。")
    assert words_of([article.pk, 0]) == {article.pk: ArticleText("标题", "正文一。")}


def test_edited_copies_of_real_articles_are_found(shared_data):
    """A small sample of what `bench.duplicates` measures in full; needs ../shared/data."""
    packed = (shared_data / "text/articles.jsonl.zst").open("rb")
    lines = (
        zstandard.ZstdDecompressor().stream_reader(packed).read(4_000_000).decode(errors="ignore").split("\n")
    )
    real = [(r["title"], of_html(r["html"])) for r in map(json.loads, lines[:301])]
    real = [(title, text) for title, text in real if len(text) >= 200][:200]
    keys = [a_draft(title[:120], text=text).pk for title, text in real]
    store_missing_fingerprints()
    missed = wrong = 0
    for number, (key, (_, text)) in enumerate(zip(keys, real, strict=True)):
        if number % 5:
            continue
        words = text.split("。")
        # A fifth gone, the rest turned around, a dateline before it, under another title.
        edited = "每日新闻网杭州11月23日电 " + "。".join(reversed(words[: max(1, len(words) * 4 // 5)]))
        matches = found(f"第{number}条", edited)
        missed += key not in matches
        wrong += len(set(matches) - {key})
    assert missed <= 1
    assert wrong <= 2
