"""How long videos and sounds play is read from their files, shown at players and on cards, and told to machines."""

import io
import json
import re

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from wagtail.documents.models import Document

from meiri.media.recording_length import iso_duration, playing_time, seconds_in
from meiri.newsroom.cards import cards
from meiri.newsroom.publishing import publish
from meiri.sample.film import captions_of, film_of, whistle
from tests.media.recording_samples import TYPES, recording
from tests.newsroom_factory import a_draft


def a_film(seconds: int = 6) -> bytes:
    """A film of two colours."""
    pictures = [Image.new("RGB", (96, 64), colour) for colour in ("red", "blue")]
    return film_of(pictures * (seconds // 6), (64, 36))


@pytest.mark.parametrize("suffix", TYPES)
def test_each_format_says_how_long_it_plays_and_less_than_a_second_is_one(suffix):
    assert seconds_in(io.BytesIO(recording(suffix)), suffix) == 1


def test_longer_ones_are_rounded_to_seconds():
    assert seconds_in(io.BytesIO(a_film(12)), "mp4") == 12
    assert seconds_in(io.BytesIO(whistle(7)), "wav") == 7
    head = recording("webm").index(b"\x44\x89")
    longer = bytearray(recording("webm"))
    longer[head + 3 : head + 11] = bytes.fromhex("40fe848000000000")  # 125,000 ms as a double
    assert longer[head + 2] == 0x88
    assert seconds_in(io.BytesIO(bytes(longer)), "webm") == 125


@pytest.mark.parametrize("suffix", TYPES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_broken_says_nothing_and_harms_nothing(suffix, data):
    content = recording(suffix)
    end = data.draw(st.integers(0, len(content)))
    noise = data.draw(st.binary(max_size=40))
    assert 0 <= seconds_in(io.BytesIO(content[:end] + noise), suffix) <= 48 * 3600


@pytest.mark.parametrize(
    ("seconds", "shown", "told"),
    [(1, "0:01", "PT1S"), (125, "2:05", "PT2M5S"), (3600, "1:00:00", "PT1H"), (3725, "1:02:05", "PT1H2M5S")],
)
def test_lengths_are_written_as_players_and_as_machines_write_them(seconds, shown, told):
    assert (playing_time(seconds), iso_duration(seconds)) == (shown, told)


def test_captions_of_the_sample_are_webvtt():
    from meiri.media.captions import check_captions

    check_captions(captions_of(["雪夜", "灯笼"]).encode())


@pytest.fixture
def article(db):
    film = Document.objects.create(title="湖上", file=ContentFile(a_film(12), name="film.mp4"))
    block = {"file": film, "title": "湖上的一天", "transcript": "", "download": False}
    return publish(a_draft("湖上的一天", kind="video", text=[("video", block)]))


def test_the_page_its_data_and_cards_say_it(client, article, django_assert_num_queries):
    page = client.get(article.get_absolute_url()).content.decode()
    page = client.get(article.get_absolute_url()).content.decode()
    assert "时长 0:12" in page
    texts = re.findall(r"<script type=\"application/ld\+json\"[^>]*>(.*?)</script>", page, re.DOTALL)
    (video,) = next(data for data in map(json.loads, texts) if "video" in data)["video"]
    assert video["duration"] == "PT12S"
    with django_assert_num_queries(3):
        (card,) = cards([article.pk])
    assert card.seconds == 12
    assert '<small class="kind">视频 0:12</small>' in re.sub(
        r"\s+", " ", client.get("/keji/").content.decode()
    )


def test_a_body_that_is_broken_takes_no_other_card_along(article, settings):
    settings.RAISE_BROKEN_PARTS = False
    other = publish(a_draft("雪后", kind="video"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE newsroom_article SET body = %s WHERE id = %s",
            ['[{"type": "video", "value": null}]', other.pk],
        )
    assert {card.title: card.seconds for card in cards([article.pk, other.pk])} == {
        "湖上的一天": 12,
        "雪后": 0,
    }


def test_another_file_makes_the_cards_say_another_length(client, article):
    client.get("/keji/")
    film = Document.objects.get()
    film.file = ContentFile(a_film(18), name="film.mp4")
    film.save()
    assert "视频 0:18" in re.sub(r"\s+", " ", client.get("/keji/").content.decode())


def test_a_text_without_a_video_has_no_length_and_costs_no_query_more(db, django_assert_num_queries):
    article = publish(a_draft("雪后"))
    with django_assert_num_queries(1):
        (card,) = cards([article.pk])
    assert card.seconds == 0
