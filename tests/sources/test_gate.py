"""The gate before publication: what stops, what is asked, who may make an exception, and how strictly each channel means it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meiri.journal.models import Entry
from meiri.media.adding_pictures import store
from meiri.newsroom import link_checks
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.link_checks import CheckedLink, ask_for_links, check_due_links
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped, Strictness
from meiri.newsroom.publication_rules import levels_in, set_levels
from meiri.newsroom.publishing import publish
from meiri.newsroom.roles import CHIEFS, EDITORS
from meiri.outbound import Unreachable
from meiri.sources.exceptions import except_reprint
from meiri.sources.models import ReprintException, SourceListing
from tests.media.test_reencoding import a_file
from tests.newsroom.test_admin import edit, form_of
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import a_channel, a_draft, a_source, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    SourceListing(name="北岭日志").save()
    SourceListing(name="海角时报", state="frozen", note="核实中").save()
    SourceListing(name="云上周刊", until=timezone.localdate() - timedelta(days=1)).save()


def a_reprint(source="北岭日志", **fields) -> Article:
    article = a_draft(origin="reprint", source=a_source(source), **fields)
    article.save_revision()
    return article


def findings(client, article) -> dict[str, dict]:
    answer = client.post(reverse("article_findings", args=[article.pk])).json()
    return {one["code"]: one for one in answer["findings"]}


@pytest.mark.usefixtures("register")
def test_a_listed_source_may_be_reprinted_by_any_of_its_days(admin_user):
    assert publish(a_reprint(), by=admin_user).live


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("source", "words"),
    [("路边小报", "不在稿源名录内"), ("海角时报", "暂停转载（核实中）"), ("云上周刊", "已过期")],
)
def test_other_sources_need_a_chiefs_reason_which_the_journal_keeps(source, words, admin_user):
    create_newsroom()
    article, chief, editor = a_reprint(source), member_of(CHIEFS), member_of(EDITORS)
    with pytest.raises(PublicationStopped, match=words) as stopped:
        publish(article, by=chief)
    (finding,) = stopped.value.findings
    article = Article.objects.get().get_latest_revision_as_object()
    with pytest.raises(PermissionDenied):
        except_reprint(article, finding.code, "来电核实过授权", editor)
    except_reprint(article, finding.code, "来电核实过授权", chief)
    article = Article.objects.get()
    assert publish(article, by=chief).live
    entry = Entry.objects.get(kind="reprint.excepted")
    assert (entry.payload["reason"], entry.actor) == ("来电核实过授权", f"user:{chief.pk}")
    # Another source is another matter.
    article.source = a_source("又一家小报")
    article.save_revision(user=chief)
    with pytest.raises(PublicationStopped, match="又一家小报"):
        publish(article, by=chief)


@pytest.mark.usefixtures("register")
def test_the_schedule_is_no_way_round(admin_user):
    article = a_reprint()
    article.go_live_at = timezone.now() + timedelta(hours=1)
    publish(article, by=admin_user)
    SourceListing.objects.filter(name="北岭日志").update(state="removed")
    revision = article.get_latest_revision()
    with pytest.raises(PublicationStopped, match="已移出名单"):
        revision.publish()


def test_without_a_register_nobody_is_bound(admin_user):
    assert publish(a_reprint("路边小报"), by=admin_user).live


@pytest.mark.usefixtures("register")
def test_the_buttons_refusal_and_the_panel_say_the_same(admin_client):
    article = a_reprint("路边小报")
    told = findings(admin_client, article)["source.unlisted"]
    assert told["stops"]
    form = form_of(article, origin="reprint", **{"action-publish": "1"})
    answer = admin_client.post(edit(article), form, follow=True).content.decode()
    assert told["sentence"].rstrip("。") in answer
    page = reverse("sources_original", args=[article.pk])
    assert "请写明为什么" in admin_client.post(page, {"reason": " "}, follow=True).content.decode()
    admin_client.post(page, {"reason": "与对方总编室电话核实"})
    assert "source.unlisted" not in findings(admin_client, article)
    assert "与对方总编室电话核实" in admin_client.get(reverse("sources_exceptions")).content.decode()
    assert ReprintException.objects.count() == 1


def test_the_panel_lists_what_is_missing_with_its_place(admin_client, picture):
    body = [
        ("text", "<p>一名12岁的小学生在路边等车。</p>"),
        ("image", {"image": picture, "caption": "", "credit": ""}),
        ("missing_picture", {"address": "https://a.example/1.jpg", "caption": ""}),
    ]
    article = a_draft(source=None, text=body, picture=picture)
    article.save_revision()
    found = findings(admin_client, article)
    assert {"source.missing", "byline.missing", "editor.missing", "ai.missing", "minors.unchecked"} <= set(
        found
    )
    assert {"picture.credit", "picture.alt", "picture.unfetched"} <= set(found)
    assert found["source.missing"]["place"] == "source"
    ids = [block.id for block in article.body]
    assert found["picture.unfetched"]["place"] == f"body:{ids[2]}"
    assert not any(one["stops"] for one in found.values())
    article.source, article.editor = a_source(), an_author()
    article.ai_use, article.minors = "none", "checked"
    article.save_revision()
    assert {
        "source.missing",
        "byline.missing",
        "editor.missing",
        "ai.missing",
        "minors.unchecked",
    }.isdisjoint(findings(admin_client, article))


@pytest.fixture
def picture():
    return store(a_file(), "无题")[0]


def test_a_rule_is_strict_in_one_channel_and_not_in_another(admin_user, admin_client):
    strict, mild = a_channel("要闻", "yaowen"), a_channel("生活", "shenghuo")
    page = reverse("publication_rules")
    admin_client.post(page, {"channel": "yaowen", "level-editor.missing": "stop", "level-ai.missing": "off"})
    admin_client.post(page, {"channel": "", "level-ai.missing": "stop", "level-none.such": "stop"})
    assert levels_in(strict.pk) == {"editor.missing": Strictness.STOP, "ai.missing": Strictness.OFF}
    with pytest.raises(PublicationStopped, match="没有填写责任编辑") as stopped:
        publish(a_draft(channel=strict), by=admin_user)
    assert [found.code for found in stopped.value.findings] == ["editor.missing"]
    with pytest.raises(PublicationStopped, match="人工智能"):
        publish(a_draft(channel=mild), by=admin_user)
    assert set_levels(None, {"ai.missing": None}) == 1
    assert publish(a_draft(channel=mild), by=admin_user).live
    # What a command imports is published as before.
    assert publish(a_draft(channel=strict, source=None)).live


def test_editors_do_not_set_rules(client):
    create_newsroom()
    client.force_login(member_of(EDITORS))
    assert client.post(reverse("publication_rules"), {"level-ai.missing": "off"}).status_code == 302
    assert levels_in(None) == {}


def test_a_dead_link_is_found_by_the_worker_and_told(admin_client):
    body = (
        '<p><a href="https://gone.example/a?x=1&amp;y=2">一</a> <a href="https://there.example/">二</a></p>'
    )
    article = a_draft(text=body)
    article.save_revision()
    assert admin_client.post(reverse("article_findings", args=[article.pk])).json()["waiting"] == 2

    def status_of(address):
        if "gone" in address:
            raise Unreachable("返回状态 404")
        return 200

    while check_due_links(status_of):
        pass
    assert "link.dead" not in findings(admin_client, article)  # once may be an accident
    CheckedLink.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    while check_due_links(status_of):
        pass
    dead = findings(admin_client, article)["link.dead"]
    assert "https://gone.example/a?x=1&y=2" in dead["sentence"]
    assert ask_for_links(["https://gone.example/a?x=1&y=2", "https://there.example/"]) == 0
    CheckedLink.objects.update(checked_at=timezone.now() - link_checks.FRESH * 2)
    assert ask_for_links(["https://there.example/"]) == 1


@pytest.mark.usefixtures("register")
def test_the_panel_costs_the_same_for_a_long_article(admin_client):
    numbers = []
    for paragraphs, words in ((1, "田野里的风吹过山坡。"), (60, "船队清早离港，傍晚归来！")):
        links = "".join(
            f'<p><a href="https://a{n}.example/">{words[n % 9]}</a></p>' for n in range(paragraphs)
        )
        article = a_reprint(title=words, text=f"<p>{words * 9}</p>{links}")
        findings(admin_client, article)
        with CaptureQueriesContext(connection) as queries:
            findings(admin_client, article)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_who_does_not_see_an_article_gets_no_findings(client):
    create_newsroom()
    Group.objects.get(name=EDITORS)
    client.force_login(member_of("记者"))
    article = a_draft(title="别人的草稿")
    assert client.post(reverse("article_findings", args=[article.pk])).status_code == 302
    assert client.get(reverse("sources_original", args=[article.pk])).status_code == 302
