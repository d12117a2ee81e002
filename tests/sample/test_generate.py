"""`meiri generate`: a synthetic archive that is an archive like any other."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from meiri.audience.models import ArticleViews
from meiri.journal.models import Entry
from meiri.journal.verification import verify_chain
from meiri.newsroom.models import Article, DayCount, Listing
from meiri.newsroom.publishing import publish
from meiri.newsroom.river import WITH_CALENDAR, places_of
from meiri.sample import generating
from meiri.sample.generating import generate
from tests.headlines import unbroken


@pytest.fixture
def archive(db):
    generate(60)
    return Article.objects.order_by("pk")


def test_each_article_is_listed_where_publishing_would_list_it(archive):
    for article in archive:
        listed = {listing.place for listing in article.listings.all()}
        assert listed == set(places_of(article))
        assert {x.published_at for x in article.listings.all()} == {article.published_at}


def test_days_are_counted_as_listed(archive):
    listed = Counter(
        (x.place_kind, x.place_id, timezone.localdate(x.published_at))
        for x in Listing.objects.filter(place_kind__in=WITH_CALENDAR)
    )
    counted = {(c.place_kind, c.place_id, c.day): c.articles for c in DayCount.objects.all()}
    assert counted == listed


def test_the_years_are_covered_from_old_to_new(archive):
    times = [a.published_at for a in archive]
    assert times == sorted(times)
    assert times[-1] <= timezone.now()
    assert times[-1] - times[0] > timedelta(days=365 * 11)


def test_readers_find_a_whole_article(archive, client):
    article = archive.filter(kind="report").first()
    page = client.get(article.get_absolute_url())
    assert page.status_code == 200
    text = page.content.decode()
    assert article.title.split()[0] in text
    assert (
        5 <= sum(block.value.source.count("<p>") for block in article.body if block.block_type == "text") <= 8
    )
    assert ArticleViews.objects.get(article=article).total > 0
    day = timezone.localdate(article.published_at)
    listed = client.get(f"{article.channel.get_absolute_url()}{day:%Y/%m/%d}/").content.decode()
    assert article.title in unbroken(listed)


def test_an_editor_can_publish_one_again(archive):
    article = publish(archive.first())
    assert article.live
    assert set(places_of(article)) == {x.place for x in article.listings.all()}


def test_a_batch_is_one_entry_that_names_all_it_touched(archive):
    entry = Entry.objects.get(kind="archive.generated")
    article = archive.last()
    assert {"river", article.content_key, article.channel.content_key} <= set(entry.keys)
    assert {a.content_key for a in archive} <= set(entry.keys)
    assert entry.payload["articles"] == 60
    assert verify_chain().broken is None


def test_a_second_run_adds_as_many_other_articles(archive):
    before = list(archive.values_list("title", "summary"))
    generate(60)
    after = list(archive.values_list("title", "summary"))
    assert len(after) == 120
    assert not {summary for _, summary in before} & {summary for _, summary in after[60:]}


def test_the_same_numbers_write_the_same_words(db):
    newsroom = generating.gather()
    at, step = timezone.now(), timedelta(hours=1)
    one, other = (generating.draft(newsroom, 7, at, step) for _ in range(2))
    assert one.article.title == other.article.title
    assert one.article.body.get_prep_value() == other.article.body.get_prep_value()
    assert one.places == other.places


def test_none_is_too_few(db):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("generate", "0")


def test_a_run_that_was_killed_leaves_a_consistent_archive(database_address, tmp_path):
    environment = {
        **os.environ,
        "MEIRI_HOME": str(tmp_path),
        "MEIRI_DATABASE_URL": database_address,
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
    }
    command = [sys.executable, "-m", "tests.sample.process"]
    run = subprocess.Popen(
        [*command, "generate", "100000"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout.readline() == "1000 done\n"
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    state = subprocess.run(
        [*command, "state"], env=environment, check=True, capture_output=True, text=True
    ).stdout
    articles, listed, counted, signed, whole = state.split()
    assert int(articles) % 1000 == 0
    assert int(articles) > 0
    assert articles == listed == counted == signed
    assert whole == "True"
