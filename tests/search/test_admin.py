"""相似稿件 and 稿件血缘 in the newsroom: what an editor is told, may open and may decide."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from meiri.search.lineage import propose, record_version, show_versions, tree_of
from meiri.search.minhash import LONGEST
from meiri.search.models import ProposedVersion, Tie, Version
from tests.newsroom.test_admin import an_editor
from tests.newsroom_factory import a_channel, a_draft, a_source, an_article
from tests.search.test_duplicates import a_saved_draft
from tests.search.test_minhash import OTHER, REPORT

pytestmark = pytest.mark.django_db
LOOK_UP = "/admin/similar/"


@pytest.fixture
def chief(client):
    user = get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")
    client.force_login(user)
    return user


def asked(client, article=None, title="", text="", **more):
    body = {"article": article, "title": title, "text": text, **more}
    return client.post(LOOK_UP, json.dumps(body), content_type="application/json")


def test_an_editor_is_told_of_similar_articles_while_writing_a_new_one(client, chief):
    draft = a_saved_draft(source=a_source("江海晚报"))
    answer = asked(client, title="另起的标题", text=REPORT).json()
    (match,) = answer["matches"]
    assert match["words"].startswith("与《老旧小区装上电梯》相似 ")
    assert match["words"].endswith("，来源江海晚报")
    assert match["state"] == "草稿"
    assert match["edit_url"].endswith(f"/edit/{draft.pk}/")
    assert match["compare_url"] == reverse("search_compare_written", args=[draft.pk])
    assert answer["may_record"] is False
    assert answer["lineage_url"] is None


def test_a_saved_article_is_not_like_itself_and_may_be_recorded(client, chief):
    own, other = a_saved_draft("本稿"), a_saved_draft("原稿")
    answer = asked(client, own.pk, "本稿", REPORT).json()
    assert [match["id"] for match in answer["matches"]] == [other.pk]
    assert answer["may_record"] is True
    assert answer["lineage"] == ["还没有记下与其他稿件的关系。"]
    assert answer["matches"][0]["likely"] == "update"


def test_drafts_of_other_desks_are_not_told(client):
    a_saved_draft("别的部门的草稿", channel=a_channel("要闻", "yaowen"))
    own = a_channel("科技前沿", "keji")
    client.force_login(an_editor(channels=[own]))
    assert asked(client, title="标题", text=REPORT).json()["matches"] == []
    published = an_article("已发布的稿件", text=REPORT, channel=a_channel("要闻", "yaowen"))
    mine = a_saved_draft("自己的草稿", channel=own)
    ids = {match["id"] for match in asked(client, title="标题", text=REPORT).json()["matches"]}
    assert ids == {published.pk, mine.pk}


def test_only_writers_may_ask(client):
    client.force_login(an_editor(deeds=("view",)))
    assert asked(client, text=REPORT).status_code == 403
    client.logout()
    assert asked(client, text=REPORT).status_code == 302


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"article": null, "title": 1, "text": ""}',
        '{"article": true, "title": "", "text": ""}',
        '{"article": -1, "title": "", "text": ""}',
        '{"article": 9999999999999999999999, "title": "", "text": ""}',
        "[" * 100_000,
    ],
)
def test_what_is_no_question_is_refused(client, chief, body):
    assert client.post(LOOK_UP, body, content_type="application/json").status_code == 400


def test_too_long_a_text_is_not_read(client, chief):
    assert asked(client, text="字" * LONGEST * 2).status_code == 413
    assert client.get(LOOK_UP).status_code == 405


def test_an_unknown_article_is_as_a_new_one(client, chief):
    answer = asked(client, 9_999, "标题", REPORT).json()
    assert answer["may_record"] is False


def test_two_saved_articles_stand_side_by_side(client, chief):
    first = a_saved_draft("原稿", "会议今天开幕。代表一百人参加。")
    second = a_saved_draft("新稿", "会议今天开幕。代表二百人参加。<script>")
    page = client.get(reverse("search_compare", args=[first.pk, second.pk])).content.decode()
    assert "<del>一</del>" in page
    assert "<ins>二</ins>" in page
    assert "<script></td>" not in page


def test_what_is_being_written_is_compared_as_it_stands(client, chief):
    other = a_saved_draft("原稿", "会议今天开幕。代表一百人参加。")
    address = reverse("search_compare_written", args=[other.pk])
    page = client.post(
        address, {"title": "原稿", "text": "会议今天开幕。\r\n代表三百人参加。"}
    ).content.decode()
    assert "<del>三</del>" in page
    assert "正在写的稿件" in page
    assert client.get(address).status_code == 302


def test_a_comparison_does_not_open_what_an_editor_may_not_know(client):
    hidden = a_saved_draft("别的部门的草稿", channel=a_channel("要闻", "yaowen"))
    own = a_saved_draft("自己的草稿", channel=a_channel("科技前沿", "keji"))
    client.force_login(an_editor(channels=[own.channel]))
    for address in (
        reverse("search_compare", args=[own.pk, hidden.pk]),
        reverse("search_compare_written", args=[hidden.pk]),
        reverse("search_lineage", args=[hidden.pk]),
    ):
        response = client.post(address) if "written" in address else client.get(address)
        assert response.status_code in (302, 403), address
        assert "别的部门的草稿" not in response.content.decode()
    assert client.post(reverse("search_compare_written", args=[hidden.pk])).status_code != 200


def test_unknown_articles_are_not_found(client, chief):
    assert client.get(reverse("search_lineage", args=[9_999])).status_code == 404
    assert client.get(reverse("search_lineage", args=[10**30])).status_code == 404
    assert client.get(reverse("search_compare", args=[1, 10**30])).status_code == 404


def decide(client, article, deed, other=None):
    data = {"deed": deed} | ({"other": other.pk} if other else {})
    return client.post(reverse("search_lineage", args=[article.pk]), data, follow=True)


def test_an_editor_records_shows_and_removes(client, chief):
    first, second = an_article("原稿"), an_article("新稿")
    page = decide(client, second, "reprint", first).content.decode()
    assert "这篇是《原稿》的转载" in page
    assert "读者现在看不到" in page
    assert [(b.article, b.tie) for b in tree_of(first.pk)] == [(first, ""), (second, "reprint")]
    assert "对读者隐藏" in decide(client, second, "show").content.decode()
    assert "让读者看到" in decide(client, first, "hide").content.decode()
    assert "已移除" in decide(client, second, "remove").content.decode()
    assert tree_of(first.pk) == []


def test_what_is_not_possible_is_said(client, chief):
    first, second = an_article("原稿"), an_article("新稿")
    record_version(second, first, Tie.REPRINT)
    assert "不能反过来" in decide(client, first, "update", second).content.decode()
    response = client.post(
        reverse("search_lineage", args=[first.pk]),
        {"deed": "update", "other": "甲"},
        headers={"Accept": "application/json"},
    )
    assert (response.status_code, response.json()) == (422, {"error": "请填写稿件的编号（数字）。"})
    assert decide(client, first, "burn").status_code == 400


def test_a_proposal_is_confirmed_or_dismissed(client, chief):
    first, second = an_article("原稿", source=a_source("江海晚报")), an_article("新稿")
    propose(second, first.pk, Tie.REPRINT, 97)
    page = client.get(reverse("search_lineage", args=[second.pk])).content.decode()
    assert "与《原稿》相似 97%，来源江海晚报" in page
    decide(client, second, "dismiss")
    assert not ProposedVersion.objects.exists()
    propose(second, first.pk, Tie.REPRINT, 97)
    decide(client, second, "rewrite", first)
    assert Version.objects.get(pk=second.pk).tie == "rewrite"


def test_what_readers_see_is_decided_by_those_who_may_publish(client):
    writer = an_editor(deeds=("add", "change"))
    first, second, third = (an_article(created_by=writer) for _ in range(3))
    client.force_login(writer)
    assert decide(client, second, "reprint", first).status_code == 200
    decide(client, second, "show")
    assert not Version.objects.filter(story__shown=True).exists()
    show_versions(first, True)
    decide(client, third, "update", second)
    decide(client, second, "remove")
    assert len(tree_of(first.pk)) == 2


def test_the_forms_of_articles_have_the_panel(client, chief):
    article = a_saved_draft()
    for address in (
        "/admin/snippets/newsroom/article/add/",
        f"/admin/snippets/newsroom/article/edit/{article.pk}/",
    ):
        page = client.get(address).content.decode()
        assert 'data-similar="/admin/similar/"' in page
        assert 'type="module"' in page
    other = a_saved_draft("科考队启航", OTHER)
    record_version(article, other, Tie.UPDATE)
    assert "这篇是《科考队启航》的更新版。" in client.get(address).content.decode()


def test_a_story_is_listed_in_a_fixed_number_of_queries(client, chief, django_assert_max_num_queries):
    first = a_draft("原稿")
    for n in range(3):
        record_version(a_draft(f"第{n}稿"), first, Tie.UPDATE)
    address = reverse("search_lineage", args=[first.pk])
    client.get(address)
    with django_assert_max_num_queries(22):
        client.get(address)
    for n in range(3, 12):
        record_version(a_draft(f"第{n}稿"), first, Tie.UPDATE)
    with django_assert_max_num_queries(22):
        assert "第11稿" in client.get(address).content.decode()
