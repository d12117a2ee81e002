"""The list and the chooser find published articles by the search index, and what readers do not see by its title."""

import pytest
from django.contrib.auth import get_user_model

from meiri.newsroom import listing
from tests.newsroom.test_admin import CHOOSER_RESULTS, LIST, an_editor, edit, titles
from tests.newsroom_factory import a_channel, a_draft, a_source, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    """The browser of a chief editor."""
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


@pytest.fixture(params=["list", "chooser"])
def found(request, desk):
    def ask(words: str, **asked) -> list[str]:
        if request.param == "list":
            return titles(desk.get(LIST, {"q": words, **asked}))
        return [a.title for a in desk.get(CHOOSER_RESULTS, {"q": words, **asked}).context["results"]]

    return ask


def test_anywhere_in_a_published_article_and_in_the_titles_of_drafts(found, search_index):
    an_article("江上来信", text="候鸟飞过湿地。")
    a_draft("湿地草稿", text="候鸟")
    a_draft("别的草稿", text="湿地")
    search_index.catch_up()
    assert found("湿地") == ["湿地草稿", "江上来信"]
    assert found("候鸟") == ["江上来信"]


def test_of_the_whole_archive_not_only_of_what_was_changed_last(found, search_index, monkeypatch):
    an_article("江上来信")
    a_draft("江上草稿")
    a_draft("一")
    a_draft("二")
    search_index.catch_up()
    monkeypatch.setattr(listing, "SEARCHED", 2)
    assert found("江上") == ["江上来信"]


def test_with_the_other_filters(found, search_index):
    yaowen = a_channel("要闻", "yaowen")
    an_article("江上来信", channel=yaowen)
    an_article("江上晚晴")
    search_index.catch_up()
    assert found("江上", channel=yaowen.pk) == ["江上来信"]


def test_in_the_order_of_their_changes_a_page_at_a_time(desk, search_index):
    for n in range(60):
        an_article(f"江上{n:02}")
    search_index.catch_up()
    first = desk.get(LIST, {"q": "江上"})
    second = desk.get(first.context["older_url"])
    assert titles(first) + titles(second) == [f"江上{n:02}" for n in range(59, -1, -1)]


def test_never_of_more_than_the_editor_may_see(client, search_index):
    yaowen = a_channel("要闻", "yaowen")
    an_article("江上来信", channel=yaowen)
    an_article("江上晚晴")
    search_index.catch_up()
    client.force_login(an_editor(channels=[yaowen]))
    assert titles(client.get(LIST, {"q": "江上"})) == ["江上来信"]


def test_of_ones_own_places_however_many_others_have_the_words(client, search_index, monkeypatch):
    ours, theirs = a_channel("要闻", "yaowen"), a_channel("文化", "wenhua")
    an_article("一江春水", channel=ours, text="两岸。")
    for n in range(3):
        an_article(f"江上江上{n}", channel=theirs, text="江上江上。")
    an_article("江上晚晴", channel=ours, text="两岸。")
    search_index.catch_up()
    monkeypatch.setattr(listing, "MOST_FOUND", 2)
    client.force_login(an_editor(channels=[ours]))
    assert titles(client.get(LIST, {"q": "江上"})) == ["江上晚晴"]
    # Letter by letter in titles, however the dictionary cuts them.
    assert titles(client.get(LIST, {"q": "江春"})) == ["一江春水"]


def test_of_what_a_reporter_wrote_however_many_others_have_the_words(client, search_index, monkeypatch):
    reporter = an_editor(deeds=("add", "change"))
    an_article("江上晚晴", created_by=reporter)
    for n in range(3):
        an_article(f"江上江上{n}", text="江上江上。")
    search_index.catch_up()
    monkeypatch.setattr(listing, "MOST_FOUND", 2)
    client.force_login(reporter)
    assert titles(client.get(LIST, {"q": "江上"})) == ["江上晚晴"]


@pytest.mark.parametrize("words", ["标题:", '"', "-", "的", "*", "长" * 300, "来源:没有这家", "%", "a" * 200])
def test_whatever_they_are(found, search_index, words):
    an_article("江上来信")
    search_index.catch_up()
    assert found(words) == []


def test_without_an_index_by_title_alone_and_the_editor_is_told(desk, found, tmp_path, settings):
    settings.HOME = tmp_path
    an_article("江上来信", text="湿地")
    assert found("来信") == ["江上来信"]
    assert found("湿地") == []
    for address in (LIST, CHOOSER_RESULTS):
        assert listing.REBUILDING in desk.get(address, {"q": "来信"}).content.decode()
        assert listing.REBUILDING not in desk.get(address).content.decode()


def test_a_row_says_what_stands_of_an_article_and_leads_to_what_can_be_done(desk):
    article = an_article('江上<script>alert("1")</script>&来信', source=a_source("<i>日报</i>"))
    text = desk.get(LIST).content.decode()
    row = text[text.index('<td class="title">') :].partition("</tr>")[0]
    assert "江上&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;来信</span></a>" in row
    assert "&gt;日报&lt;/i&gt;</td>" in row
    assert f'href="{edit(article)}"' in row
    for words in ("编辑</a>", "复制</a>", "上首页</a>", "更多选项", "刚刚</time>", "<td>已发布</td>"):
        assert words in row
    assert f'data-object-id="{article.pk}"' in text
    draft = a_draft("从没发布的")
    text = desk.get(LIST).content.decode()
    assert f'aria-describedby="snippet_{draft.pk}_title"' in text
    assert f'id="snippet_{draft.pk}_title"' in text


def test_typed_into_the_sidebar_lead_to_the_list(desk, client, search_index):
    page = desk.get("/admin/").content.decode()
    assert f'"wagtail.sidebar.SearchModule", "_args": ["{LIST}"]' in page
    client.force_login(get_user_model().objects.create_user("duzhe", password="x"))
    assert LIST not in client.get("/admin/").content.decode()
