"""What apps look at before an article is published, and that no way to publish goes round it."""

import pytest

from meiri.newsroom import publication_checks
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublicationStopped, register_check
from meiri.newsroom.publishing import publish
from tests.newsroom.test_admin import edit, form_of
from tests.newsroom_factory import a_draft

pytestmark = pytest.mark.django_db


class NamesARiver(PublicationCheck):
    """An example of a check: what is published names a river."""

    label = "河流"

    def findings(self, version, revision, by):
        if "江" not in version.title:
            yield Finding("river.missing", "标题里没有河流。", place="title")
        if not version.summary:
            yield Finding("summary.missing", "没有摘要。", place="summary", stops=False)


@pytest.fixture
def river_check(monkeypatch):
    monkeypatch.setattr(publication_checks, "_checks", [])
    monkeypatch.setattr(publication_checks, "exceptions", [])
    register_check(NamesARiver())


@pytest.mark.usefixtures("river_check")
def test_what_stops_is_said_and_nothing_is_published():
    article = a_draft(title="稻田里的秋天")
    with pytest.raises(PublicationStopped, match="不能发布：标题里没有河流。") as stopped:
        publish(article)
    assert [finding.place for finding in stopped.value.findings] == ["title"]
    assert not Article.objects.get(pk=article.pk).live


@pytest.mark.usefixtures("river_check")
def test_what_is_only_asked_about_does_not_stop():
    article = publish(a_draft(title="松花江边的秋天"))
    assert article.live


@pytest.mark.usefixtures("river_check")
def test_an_exception_lets_pass_what_it_names():
    publication_checks.exceptions.append(lambda version, finding: finding.code == "river.missing")
    assert publish(a_draft(title="稻田里的秋天")).live


@pytest.mark.usefixtures("river_check")
def test_the_button_of_the_form_is_answered_in_words(admin_client):
    article = a_draft(title="稻田里的秋天")
    answer = admin_client.post(edit(article), form_of(article, **{"action-publish": "1"}), follow=True)
    assert "标题里没有河流" in answer.content.decode()
    assert not Article.objects.get(pk=article.pk).live


@pytest.mark.usefixtures("river_check")
def test_an_editor_may_publish_what_is_only_asked_about(admin_client):
    article = a_draft(title="松花江边的秋天")
    admin_client.post(edit(article), form_of(article, **{"action-publish": "1"}))
    assert Article.objects.get(pk=article.pk).live
