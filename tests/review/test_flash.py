"""快讯 on the first screen: three fields and a button send it the way that it has to go."""

import pytest
from django.urls import reverse

from meiri.newsroom.models import Article, Kind
from meiri.newsroom.roles import CHANNEL_CHIEFS
from meiri.review.models import ReviewChain
from tests.newsroom_factory import a_channel, a_source
from tests.review.newsroom import a_person, review, set_up, signed_in, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]

WORDS = {"title": "江南普降大雪", "text": "记者从气象台获悉，江南今晨普降大雪。\n\n　　各地学校停课一天。"}


@pytest.fixture(scope="module")
def newsroom(shared_database):
    a_source()
    return set_up()


def send(by, **more):
    fields = WORDS | {"channel": a_channel("关注民生", "minsheng").pk} | more
    return signed_in(by).post(reverse("article_flash"), fields, follow=True)


def words(answer) -> str:
    return answer.content.decode()


def test_a_flash_takes_the_fast_lane_with_all_that_it_needs(newsroom):
    answer = send(newsroom.editors[0])
    assert "已送审（审校：快讯应急）" in words(answer)
    article = Article.objects.get(title=WORDS["title"])
    assert (article.kind, article.source.name, article.created_by) == (
        Kind.FLASH, "每日新闻网", newsroom.editors[0],
    )  # fmt: skip
    assert [block.value.source for block in article.body] == [
        "<p>记者从气象台获悉，江南今晨普降大雪。</p>",
        "<p>各地学校停课一天。</p>",
    ]
    assert waiting(article).task.name == "初审"
    for hand in (newsroom.editors[1], newsroom.chiefs[0]):
        review(article, hand)
    assert Article.objects.get(pk=article.pk).live


def test_where_no_chain_binds_readers_have_it_at_once(newsroom):
    ReviewChain.objects.update(active=False)
    assert "已发布" in words(send(newsroom.editors[0]))
    assert Article.objects.get(title=WORDS["title"]).live


def test_a_button_pressed_twice_sends_one_flash(newsroom):
    send(newsroom.editors[0])
    answer = send(newsroom.editors[0])
    assert answer.status_code == 422
    assert "已经发过这条快讯" in words(answer)
    assert Article.objects.filter(title=WORDS["title"]).count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "请写标题"),
        ({"title": "长" * 121}, "120"),
        ({"text": "\n　\n"}, "请写正文"),
        ({"text": "字" * 2001}, "2000"),
        ({"channel": ""}, "请选频道"),
        ({"channel": "x"}, "请从列出的频道里选"),
        ({"channel": "9" * 400}, "请从列出的频道里选"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(newsroom, wrong, said):
    answer = send(newsroom.editors[0], **wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    assert (wrong.get("title") or WORDS["title"]) in words(answer)
    assert not Article.objects.filter(kind=Kind.FLASH).exists()


def test_the_channel_of_another_desk_is_not_offered_and_not_taken(newsroom):
    other = a_channel("要闻", "yaowen")
    first_screen = signed_in(newsroom.editors[0]).get("/admin/")
    assert 'name="title"' in words(first_screen)
    assert f'<option value="{other.pk}"' not in words(first_screen)
    assert send(newsroom.editors[0], channel=other.pk).status_code == 422


def test_who_writes_nothing_has_no_box(newsroom):
    letters = a_person("来信", "来信编辑")
    assert "flash-box" not in words(signed_in(letters).get("/admin/"))
    assert send(letters).status_code != 422
    assert not Article.objects.filter(kind=Kind.FLASH).exists()


def test_words_are_words_and_no_markup(newsroom):
    send(newsroom.editors[0], text="<script>alert(1)</script> & 5 < 6")
    [block] = Article.objects.get(title=WORDS["title"]).body
    assert block.value.source == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; 5 &lt; 6</p>"


def test_a_chief_of_a_channel_may_send_one_too(newsroom):
    assert "已送审" in words(send(a_person("栏目", CHANNEL_CHIEFS)))
