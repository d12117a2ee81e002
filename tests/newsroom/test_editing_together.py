"""Several people in one article, and one whose answers get lost: nobody's words are overwritten (C2, D9)."""

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, Revision
from wagtail.test.utils.form_data import inline_formset

from meiri.newsroom.models import Article
from meiri.newsroom.saving import loses_words
from tests.newsroom.test_admin import LIST, an_editor, edit, form_of
from tests.newsroom_factory import a_draft, an_article, an_author

pytestmark = pytest.mark.django_db


class Browser:
    """A form in a browser that saves itself, and knows what it was told."""

    def __init__(self, user, article=None, **form):
        self.client = Client()
        self.client.force_login(user)
        self.article, self.key = article, str(uuid.uuid4())
        self.address = edit(article) if article else f"{LIST}add/"
        self.sent = self.acknowledged = 0
        self.base = None
        form = {
            name: value for name, value in form_of(article, **form).items() if not name.startswith("body-")
        }
        self.form = form | body(*texts_of(article))
        if article:
            page = self.client.get(self.address)
            self.base = page.context["draft"]["content"]

    def save(self, answer_arrives=True, **changes) -> dict:
        self.form |= changes
        self.sent += 1
        told = {
            "form_key": self.key,
            "form_sequence": str(self.sent),
            "form_acknowledged": str(self.acknowledged),
            "form_base": json.dumps(self.base) if self.base is not None else "",
        }
        response = self.client.post(self.address, self.form | told, headers={"accept": "application/json"})
        answer = json.loads(response.content) | {"status": response.status_code}
        if answer["success"] and answer_arrives:
            self.acknowledged = self.sent
            self.base = answer["form"].get("mine", answer["form"]["content"])
            self.address = answer.get("url", self.address)
            self.form |= answer["field_updates"]
        return answer


def texts_of(article):
    """The texts of an article `(id, words)`, as its form has them when it is opened."""
    if article is None:
        return []
    raw = article.get_latest_revision_as_object().body.raw_data
    return [(block["id"], re.sub("<[^>]*>", "", block["value"])) for block in raw]


def body(*texts):
    """The fields of a body of texts `(id, HTML)`, as the editor of rich text sends them."""
    fields = {"body-count": str(len(texts))}
    for n, (key, words) in enumerate(texts):
        block = {"blocks": [{"key": f"k{key}", "text": words, "type": "unstyled", "depth": 0,
                             "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}  # fmt: skip
        fields |= {
            f"body-{n}-type": "text",
            f"body-{n}-value": json.dumps(block),
            f"body-{n}-id": key,
            f"body-{n}-order": str(n),
            f"body-{n}-deleted": "",
        }
    return fields


@pytest.fixture
def shen():
    return an_editor("shen")


@pytest.fixture
def lin():
    return an_editor("lin")


def stored(article) -> Article:
    return Article.objects.get(pk=article.pk).get_latest_revision_as_object()


def all_words() -> str:
    return "\n".join(json.dumps(r.content, ensure_ascii=False) for r in Revision.objects.all())


class TestTwoPeople:
    def test_c2_what_one_wrote_in_another_field_stays(self, shen, lin):
        article = a_draft("旧题", summary="旧摘要")
        hers, his = Browser(lin, article), Browser(shen, article)
        hers.save(summary="林的摘要")
        answer = his.save(title="沈的标题")
        assert (stored(article).title, stored(article).summary) == ("沈的标题", "林的摘要")
        assert answer["form"]["content"]["summary"] == "林的摘要"
        assert not answer["form"]["conflicts"]

    def test_c2_both_end_with_the_same_text(self, shen, lin):
        article = a_draft(text=[])
        hers, his = Browser(lin, article), Browser(shen, article)
        hers.save(**body(("a", "林写的一段。")))
        his.save(**body(("b", "沈写的一段。")))
        hers.base = hers.save()["form"]["content"]
        words = str(stored(article).body)
        assert words.count("林写的一段。") == words.count("沈写的一段。") == 1
        assert json.dumps(hers.base, ensure_ascii=False).count("沈写的一段。") == 1

    def test_c2_a_conflict_overwrites_nothing_and_keeps_both(self, shen, lin):
        article = a_draft("旧题")
        hers, his = Browser(lin, article), Browser(shen, article)
        hers.save(title="林的标题")
        answer = his.save(title="沈的标题")
        assert stored(article).title == "林的标题"
        assert "沈的标题" in all_words()
        conflict = answer["form"]["conflicts"][0]
        assert (conflict["path"], conflict["theirs"], conflict["label"]) == (["title"], "林的标题", "标题")

    def test_a_conflict_ends_when_one_of_both_is_chosen(self, shen, lin):
        article = a_draft("旧题")
        hers, his = Browser(lin, article), Browser(shen, article)
        hers.save(title="林的标题")
        his.save(title="沈的标题")
        his.base["title"] = "林的标题"  # seen, and decided against
        his.save()
        assert stored(article).title == "沈的标题"

    def test_a_conflict_is_not_published(self, admin_user, lin):
        article = a_draft("旧题")
        hers, his = Browser(lin, article), Browser(admin_user, article)
        hers.save(title="林的标题")
        his.form |= {"action-publish": "1"}
        answer = his.save(title="沈的标题")
        assert answer["error_code"] == "conflict"
        assert not Article.objects.get().live

    def test_authors_that_two_named_are_all_there_once_also_when_sent_again(self, shen, lin):
        article, one, other = a_draft(), an_author(), an_author("周明", "zhou-ming")
        hers, his = Browser(lin, article), Browser(shen, article)

        def rows(*authors):
            return inline_formset([{"author": author.pk, "credit": "", "id": ""} for author in authors])

        def flat(rows):
            from wagtail.test.utils.form_data import nested_form_data

            return nested_form_data({"bylines": rows})

        hers.save(**flat(rows(one)))
        his.save(**flat(rows(other)))
        his.save(title="又一次")
        hers.save(title="再一次")
        assert sorted(b.author.name for b in stored(article).bylines.all()) == sorted([one.name, other.name])

    def test_what_changed_nothing_makes_no_version(self, shen):
        article = a_draft(text=[])
        his = Browser(shen, article)
        his.save(title="题", **body(("a", "一段。")))
        count = Revision.objects.count()
        assert his.save()["success"]
        assert Revision.objects.count() == count

    def test_a_taken_over_lock_discards_nothing(self, shen, lin):
        article = a_draft("旧题")
        his = Browser(shen, article)
        Article.objects.filter(pk=article.pk).update(locked=True, locked_by=lin)
        answer = his.save(summary="锁定时正在写的话。")
        assert answer["error_code"] == "locked"
        assert "另存为一个版本" in answer["error_message"]
        assert stored(article).summary == ""
        assert "锁定时正在写的话。" in all_words()

    def test_times_are_no_conflict(self, shen, lin):
        article = a_draft("旧题", published_at=timezone.now().replace(microsecond=0))
        when = timezone.localtime(article.published_at).strftime("%Y-%m-%d %H:%M:%S")
        hers = Browser(lin, article, published_at=when)
        his = Browser(shen, article, published_at=when)
        hers.save(summary="林的摘要")
        answer = his.save(title="沈的标题")
        assert answer["form"]["conflicts"] == []
        assert stored(article).published_at == article.published_at

    def test_saving_a_live_article_by_two_changes_no_readers_page(self, shen, lin):
        article = an_article("旧题")
        hers, his = Browser(lin, article), Browser(shen, article)
        hers.save(summary="林的摘要")
        his.save(title="沈的标题")
        assert (stored(article).title, stored(article).summary) == ("沈的标题", "林的摘要")
        assert Article.objects.get().title == "旧题"


class TestLostAnswers:
    def test_a_new_article_whose_answer_got_lost_is_made_once(self, shen):
        his = Browser(shen)
        his.save(answer_arrives=False, title="第一句")
        answer = his.save(title="第一句，又一句")
        assert Article.objects.get().get_latest_revision_as_object().title == "第一句，又一句"
        assert answer["url"] == edit(Article.objects.get())
        assert "hydrate_url" in answer

    def test_words_that_had_come_are_not_doubled(self, shen, lin):
        article = a_draft()
        hers, his = Browser(lin, article), Browser(shen, article)
        his.save(**body(("a", "一句。")))
        hers.save(summary="她的摘要。")
        his.save(answer_arrives=False, **body(("a", "一句。二句。")))
        his.save(**body(("a", "一句。二句。三句。")))
        assert str(stored(article).body).count("二句。") == 1
        assert "一句。二句。三句。" in str(stored(article).body)
        assert stored(article).summary == "她的摘要。"

    def test_a_row_of_authors_that_had_come_is_not_doubled(self, shen):
        from wagtail.test.utils.form_data import nested_form_data

        author = an_author()
        rows = nested_form_data({"bylines": inline_formset([{"author": author.pk, "credit": ""}])})
        his = Browser(shen)
        his.save(answer_arrives=False, **rows)
        his.save(title="题")
        assert [b.author for b in Article.objects.get().get_latest_revision_as_object().bylines.all()] == [
            author
        ]

    @pytest.mark.parametrize(
        "base", ["[]", "{", '{"body": [1, {"type": "text"}]}', '{"body": 3}', "[" * 100_000]
    )
    def test_what_no_form_sends_as_its_beginning_breaks_nothing(self, shen, base):
        article = a_draft()
        his = Browser(shen, article)
        his.form |= {"form_base": base}
        response = his.client.post(
            his.address,
            his.form | {"form_key": his.key, "form_sequence": "x", "form_base": base},
            headers={"accept": "application/json"},
        )
        assert response.status_code == 200


class TestVersions:
    def test_every_sentence_that_was_saved_is_in_some_version(self, shen):
        his = Browser(shen, a_draft())
        sentences = ["昨天下了雪。", "今天晴。", "明天有风。"]
        for sentence in sentences:
            his.save(**body(("a", sentence)))
        assert all(sentence in all_words() for sentence in sentences)

    def test_writing_on_makes_no_version_for_each_character(self, shen):
        article = a_draft()
        his = Browser(shen, article)
        text = "今天上午，图书馆开放了新馆。读者很多。"
        his.save(**body(("a", "今")))
        count = Revision.objects.count()
        for end in range(2, len(text) + 1):
            his.save(**body(("a", text[:end])))
        assert Revision.objects.count() == count
        assert text in str(stored(article).body)
        assert ModelLogEntry.objects.filter(action="wagtail.edit").count() == 1

    def test_a_version_that_a_review_looks_at_is_not_changed(self, admin_user):
        from meiri.newsroom.initial_newsroom import create_newsroom

        article = a_draft()
        his = Browser(admin_user, article)
        his.save(title="送审的标题")
        create_newsroom().start(stored(article), admin_user)
        his.save(title="送审的标题，又改")
        reviewed = article.workflow_states.get().current_task_state.revision
        assert reviewed.content["title"] == "送审的标题"

    def test_words_are_lost_where_a_sentence_stands_nowhere_any_more(self):
        def version(words):
            return {
                "title": "题",
                "body": json.dumps([{"type": "text", "id": "a", "value": f"<p>{words}</p>"}]),
            }

        assert loses_words(version("甲。乙。"), version("甲。"))
        assert not loses_words(version("甲。"), version("前面一句。甲。"))
        assert not loses_words(version("没写完的"), version("没写完的一句。"))


def test_the_form_of_another_user_is_not_continued(shen, lin):
    his = Browser(shen)
    his.save(title="沈的")
    hers = Browser(lin)
    hers.key = his.key
    hers.save(title="林的")
    assert sorted(Article.objects.values_list("title", flat=True)) == ["林的", "沈的"]
    assert reverse("wagtailsnippets_newsroom_article:list")
