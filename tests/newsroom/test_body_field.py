"""Bodies are stored as they are written."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meiri.newsroom.models import Article
from tests.newsroom_factory import a_draft


def stored(article) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM newsroom_article WHERE id = %s", [article.pk])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_chinese_character_takes_no_six_bytes():
    assert "湿地" in stored(a_draft(text="湿地"))


class TestAnyText(TestCase):
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
    def test_comes_back_as_it_was(self, text):
        article = a_draft(text=[("text", text)])
        assert Article.objects.get(pk=article.pk).body.raw_data[0]["value"] == text
