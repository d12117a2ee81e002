"""A topic page and its topic: chosen or made in the form, under one address."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import TopicIndexPage, TopicPage
from meiri.members.kept_articles import follow_section
from meiri.search import directory
from meiri.sections.models import Topic
from meiri.web import page_frame
from tests.newsroom_factory import a_channel, a_topic, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    a_channel()
    create_pages()


@pytest.fixture
def desk(client, initial_data):
    page_frame.forget_frame()
    directory.forget_names()
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def form(title: str, slug: str, topic=None, deed="action-publish", body=(), design="standard") -> dict:
    return nested_form_data(
        {
            "title": title, "slug": slug, "topic": topic.pk if topic else "",
            "kicker": "", "summary": "", "intro": "", "banner": "",
            "design": design, "body": streamfield(body), "comments": inline_formset([]), deed: "1",
        }
    )  # fmt: skip


def create(desk, *args, **fields):
    index = TopicIndexPage.objects.get()
    return desk.post(f"/admin/pages/add/fronts/topicpage/{index.pk}/", form(*args, **fields))


def edit(desk, page, *args, **fields):
    return desk.post(f"/admin/pages/{page.pk}/edit/", form(*args, **fields))


def addresses(desk) -> set[str]:
    """Where the list of topics leads."""
    import re

    return set(re.findall(r'href="(/zhuanti/[^"/]+/)"', desk.get("/zhuanti/").content.decode()))


def test_a26_a_page_named_like_a_topic_that_is_there_is_its_page(desk):
    topic = a_topic("秋收时节", "qiushou")
    an_article("稻谷归仓", topics=[topic])
    assert create(desk, "秋收时节", "qiushou-shijie").status_code == 302
    page = TopicPage.objects.get()
    assert (page.topic, page.slug, page.live) == (topic, "qiushou", True)
    assert "稻谷归仓" in desk.get("/zhuanti/qiushou/").content.decode()
    assert addresses(desk) == {"/zhuanti/qiushou/"}
    assert Topic.objects.count() == 1


def test_a26_a_topic_can_be_chosen_whatever_the_title(desk):
    topic = a_topic("秋收时节", "qiushou")
    title = "颗粒归仓：" + "二〇二六年秋收" * 8
    assert create(desk, title, "keli-guicang", topic).status_code == 302
    page = TopicPage.objects.get()
    assert (page.title, page.topic, page.slug) == (title, topic, "qiushou")
    assert Topic.objects.get().name == "秋收时节"


def test_a26_without_a_choice_a_topic_is_made_with_the_page(desk):
    assert create(desk, "大湾区十年", "dawanqu", deed="draft").status_code == 302
    assert not Topic.objects.exists()
    page = TopicPage.objects.get()
    assert desk.get(f"/admin/pages/{page.pk}/edit/preview/").status_code == 200
    assert edit(desk, page, "大湾区十年", "dawanqu").status_code == 302
    assert list(Topic.objects.values_list("name", "slug")) == [("大湾区十年", "dawanqu")]
    assert desk.get("/zhuanti/dawanqu/").status_code == 200


def test_a26_a_topic_has_one_page(desk):
    topic = a_topic("秋收时节", "qiushou")
    create(desk, "秋收时节", "qiushou")
    for answer in (
        create(desk, "秋收时节", "qiushou-2"),
        create(desk, "秋收又一年", "qiushou-3", topic),
        create(desk, "冬藏", "qiushou"),
    ):
        assert answer.status_code == 200
        assert "错误" in answer.content.decode()
    assert TopicPage.objects.count() == 1


def test_a26_a_long_title_is_refused_not_cut(desk):
    answer = create(desk, "长" * 41, "chang")
    assert answer.status_code == 200
    assert "请控制在 40 字以内" in answer.content.decode()
    assert not Topic.objects.exists()
    assert create(desk, "长" * 40, "chang").status_code == 302


@pytest.mark.parametrize("slug", ["Qiushou", "秋收", "9-yue", "q" * 41])
def test_a26_an_address_that_topics_cannot_have_is_refused(desk, slug):
    answer = create(desk, "秋收", slug)
    assert answer.status_code == 200
    assert "地址" in answer.content.decode()
    assert not TopicPage.objects.exists()


@pytest.mark.parametrize("publishing", ["", "on"])
def test_a26_a_copy_is_a_draft_with_no_topic_yet(desk, publishing):
    create(desk, "秋收时节", "qiushou")
    page = TopicPage.objects.get()
    copied = {"new_title": "秋收时节", "new_slug": "qiushou-2", "new_parent_page": page.get_parent().pk}
    answer = desk.post(
        f"/admin/pages/{page.pk}/copy/", copied | {"publish_copies": publishing, "alias": publishing}
    )
    assert answer.status_code == 302
    copy = TopicPage.objects.exclude(pk=page.pk).get()
    assert (copy.live, copy.topic, copy.alias_of) == (False, None, None)
    assert "已经有页面《秋收时节》" in edit(desk, copy, "秋收时节", "qiushou-2").content.decode()
    assert edit(desk, copy, "秋收时节（二）", "qiushou-2").status_code == 302
    assert set(Topic.objects.values_list("name", "slug")) == {
        ("秋收时节", "qiushou"),
        ("秋收时节（二）", "qiushou-2"),
    }


def test_a26_a_renamed_page_takes_its_topic_along(desk, search_index):
    create(desk, "秋收时节", "qiushou")
    page = TopicPage.objects.get()
    editor = get_user_model().objects.get()
    follow_section(editor, page.topic)
    edit(desk, page, "秋收时节", "qiushou-2026", page.topic, deed="draft")
    assert addresses(desk) == {"/zhuanti/qiushou/"}  # a draft changes nothing for readers
    edit(desk, page, "秋收时节", "qiushou-2026", page.topic)
    page.refresh_from_db()
    assert (page.slug, page.topic.slug) == ("qiushou-2026", "qiushou-2026")
    assert addresses(desk) == {"/zhuanti/qiushou-2026/"}
    assert desk.get("/zhuanti/qiushou-2026/").status_code == 200
    search_index.catch_up()
    suggested = desk.get("/api/v1/search/suggestions/", {"q": "秋收"}).json()
    assert "/zhuanti/qiushou-2026/" in str(suggested)
    assert "/zhuanti/qiushou-2026/" in desk.get("/members/following/").content.decode()


def test_a26_a_page_does_not_take_the_address_of_another_topic(desk):
    a_topic("冬藏", "dongcang")
    create(desk, "秋收时节", "qiushou")
    page = TopicPage.objects.get()
    answer = edit(desk, page, "秋收时节", "dongcang", page.topic)
    assert "是专题“冬藏”的地址" in answer.content.decode()


def test_a26_the_address_of_a_topic_with_a_page_is_changed_at_the_page(desk):
    create(desk, "秋收时节", "qiushou")
    topic = Topic.objects.get()
    fields = {
        "name": "秋收时节",
        "slug": "bie",
        "order": "0",
        "visible": "on",
        "description": "",
        "design": "standard",
    }
    answer = desk.post(f"/admin/snippets/sections/topic/edit/{topic.pk}/", fields)
    assert "请改页面的地址" in answer.content.decode()
    answer = desk.post(
        f"/admin/snippets/sections/topic/edit/{topic.pk}/", fields | {"slug": "qiushou", "name": "秋收"}
    )
    assert answer.status_code == 302


def test_a26_an_older_version_published_again_keeps_the_topic(desk):
    create(desk, "秋收时节", "qiushou", deed="draft")
    page = TopicPage.objects.get()
    first = page.latest_revision
    edit(desk, page, "秋收时节", "qiushou")
    first.publish()
    page.refresh_from_db()
    assert page.topic == Topic.objects.get()


def test_a26_by_code_too_a_page_that_cannot_have_its_topic_is_refused(desk):
    create(desk, "秋收时节", "qiushou")
    index = Page.objects.get(slug="zhuanti")
    with pytest.raises(ValidationError):
        index.add_child(instance=TopicPage(title="秋收时节", slug="qiushou-2"))
    assert Topic.objects.count() == 1


def part_of_topic(heading: str, articles=(), fills_with="", design="standard") -> tuple[str, dict]:
    chosen = streamfield([("item", article.pk) for article in articles])
    for number in range(len(articles)):
        del chosen[f"{number}"]["type"]
    return "articles", {
        "heading": heading, "intro": "", "articles": chosen, "fills_with": fills_with, "design": design,
    }  # fmt: skip


def test_a_topic_has_parts_in_designs_of_their_own_and_a_navigation_of_them(desk):
    topic = a_topic("秋收时节", "qiushou")
    chosen = an_article("选编的报道", topics=[topic], summary="提要。")
    film = an_article("丰收的视频", topics=[topic], kind="video")
    rest = an_article("其余的报道", topics=[topic])
    timeline = ("timeline", {"heading": "大事记", "events": streamfield([])})
    body = [
        part_of_topic("现场", [chosen], design="opinion"),
        part_of_topic("影像", fills_with="video", design="video"),
        timeline,
    ]
    answer = create(desk, "秋收时节", "qiushou", topic, body=body, design="timeline")
    assert answer.status_code == 302
    page = desk.get("/zhuanti/qiushou/").content.decode().replace("<wbr>", "")
    nav = page.partition('aria-label="秋收时节的分栏"')[2].partition("</nav>")[0]
    for anchor, heading in (
        ("fenlan-1", "现场"),
        ("fenlan-2", "影像"),
        ("fenlan-3", "大事记"),
        ("zuixin", "最新报道"),
    ):
        assert f'<a href="#{anchor}">{heading}</a>' in nav
        assert f'id="{anchor}"' in page
    parts = page.split('class="topic-section"')
    assert [title for title in (chosen.title, film.title, rest.title) if title in parts[1]] == [chosen.title]
    assert film.title in parts[2]
    assert film.title not in parts[4]
    assert rest.title in parts[4]
    assert 'class="opinions"' in parts[1]
    assert 'class="hours"' in parts[4]
    # Its editors see it before readers do.
    made = TopicPage.objects.get()
    desk.post(f"/admin/pages/{made.pk}/edit/preview/", form("秋收时节", "qiushou", topic, design="wall"))
    preview = desk.get(f"/admin/pages/{made.pk}/edit/preview/").content.decode().replace("<wbr>", "")
    assert 'class="wall"' in preview
    assert 'class="hours"' in desk.get("/zhuanti/qiushou/").content.decode()
