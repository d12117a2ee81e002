"""A kind of block is one class and one template: what is done with bodies asks the class, wherever it is done."""

import json
from html import escape
from typing import Any

import pytest
from django.core.checks import run_checks
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader
from wagtail import blocks
from wagtail.blocks.stream_block import StreamValue
from wagtail.images.blocks import ImageChooserBlock

from meiri.ingest.stream import as_blocks, as_html
from meiri.ingest.tidying_bodies import tidy_block
from meiri.newsroom.body.block import BlockText, ReadBlock, StructBodyBlock, lines_of, listed, words_of
from meiri.newsroom.body.heading import HeadingBlock
from meiri.newsroom.body.stream import ArticleBody, body_blocks, keys_in_body
from meiri.newsroom.correcting import correct
from meiri.newsroom.exchanging import exchange, spots_of
from meiri.newsroom.merging.versions import merge_versions
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publishing import publish
from meiri.search.article_texts import text_of
from tests.newsroom.test_admin import an_editor
from tests.newsroom.test_correcting import everywhere
from tests.newsroom.test_exchanging import html, pieces, words
from tests.newsroom_factory import a_channel, a_draft, an_article
from tests.syndication.pictures import a_picture


class SideNote(StructBodyBlock):
    """旁注: a note beside a story, with a picture or without."""

    elements = frozenset({"figure"})
    texts = (
        BlockText("title", "旁注标题", is_compared=True),
        BlockText("facts", "旁注", is_compared=True),
    )
    pictures = ("image",)

    title = blocks.CharBlock(label="标题", max_length=40)
    facts = blocks.TextBlock(label="资料")
    image = ImageChooserBlock(label="图片", required=False)

    def html(self, value: Any) -> str:
        facts = "".join(f"<h4>{escape(line, quote=False)}</h4>" for line in value["facts"].split("\n"))
        return f"<figure><figcaption>{escape(value['title'], quote=False)}</figcaption>{facts}</figure>"

    def from_element(self, element, pictures) -> ReadBlock | None:
        caption, facts = element.find("figcaption"), element.findall("h4")
        if caption is None or not facts:
            return None
        lines = [line for fact in facts for line in lines_of(fact)]
        return ReadBlock({"title": words_of(caption), "facts": "\n".join(lines), "image": None})

    class Meta:
        icon = "list-ul"
        label = "旁注"


class UnmigratedBlock(HeadingBlock):
    migrated_as = ""


TEMPLATE = '<aside><h3>{{ block.value.title }}</h3><p class="side-note">{{ block.value.facts }}</p></aside>'
FACTS = {"title": "鄱阳湖", "facts": "面积最大的淡水湖.\n在江西", "image": None}
BODY = [("text", "<p>湖区见闻。</p>"), ("side_note", FACTS)]


@pytest.fixture
def side_note(monkeypatch):
    """A kind of block that the site does not have, added as one module and one template."""
    block = SideNote()
    block.set_name("side_note")
    field = Article._meta.get_field("body")
    for kinds in (ArticleBody.base_blocks, field.stream_block.child_blocks):
        monkeypatch.setitem(kinds, "side_note", block)
    environment = engines["jinja2"].env
    template = DictLoader({"web/blocks/side_note.html": TEMPLATE})
    monkeypatch.setattr(environment, "loader", ChoiceLoader([template, environment.loader]))
    return block


@pytest.mark.django_db
class TestAKindIsFoundEverywhere:
    pytestmark = pytest.mark.usefixtures("side_note")

    def test_in_the_form_of_an_article(self, client):
        client.force_login(an_editor(channels=[a_channel()]))
        draft = a_draft(text=BODY)
        page = client.get(f"/admin/snippets/newsroom/article/edit/{draft.pk}/").content.decode()
        assert json.dumps("旁注")[1:-1] in page or "旁注" in page
        assert json.dumps("鄱阳湖")[1:-1] in page or "鄱阳湖" in page

    def test_on_the_page_of_an_article(self, client):
        page = client.get(an_article(text=BODY).get_absolute_url()).content.decode()
        assert "<h3>鄱阳湖</h3>" in page
        assert "面积最大的淡水湖." in page

    def test_in_plain_text_and_in_what_articles_are_compared_by(self):
        raw = an_article(text=BODY).body.raw_data
        assert paragraphs(raw) == ["湖区见闻。", "鄱阳湖", "面积最大的淡水湖. 在江西"]
        assert text_of(raw) == "湖区见闻。\n鄱阳湖\n面积最大的淡水湖.\n在江西"

    def test_by_search(self, client, search_index):
        article = an_article("湖区见闻", text=BODY)
        search_index.catch_up()
        found = client.get("/api/v1/search/", {"q": "鄱阳湖"}).json()["results"]
        assert [one["id"] for one in found] == [article.pk]

    def test_by_a_correction(self):
        article = an_article(text=BODY)
        correct(article, "江西", "江西省", amendment=everywhere(article, "江西"))
        article.refresh_from_db()
        assert article.body.raw_data[1]["value"] == {**FACTS, "facts": "面积最大的淡水湖.\n在江西省"}

    def test_by_tidying(self):
        assert tidy_block("side_note", FACTS).value == {**FACTS, "facts": "面积最大的淡水湖。\n在江西"}

    def test_in_an_exported_article_which_is_imported_again(self):
        article = an_article(text=BODY)
        written = as_html(article.body)
        assert "<figcaption>鄱阳湖</figcaption><h4>面积最大的淡水湖.</h4>" in written
        assert as_blocks(written, {}) == [("text", "<p>湖区见闻。</p>"), ("side_note", FACTS)]

    @pytest.mark.parametrize("address", ["/rss.xml", "/atom.xml", "/feed.json", "/api/v1/articles/{}/"])
    def test_in_feeds_and_the_public_api(self, client, address):
        article = an_article(text=BODY)
        answer = client.get(address.format(article.pk)).content.decode()
        assert "鄱阳湖" in answer
        assert "在江西" in answer

    def test_by_its_content_keys(self):
        picture = a_picture("湖面")
        article = publish(a_draft(text=[("side_note", {**FACTS, "image": picture})]))
        assert keys_in_body(article.body.raw_data) == [picture.content_key]

    def test_where_two_editors_changed_it(self):
        stored = {"type": "side_note", "value": FACTS, "id": "a"}
        theirs = {**stored, "value": {**FACTS, "title": "鄱阳湖今昔"}}
        mine = {**stored, "value": {**FACTS, "facts": "在江西"}}
        streams = {"body": Article._meta.get_field("body").stream_block}
        merged = merge_versions({"body": [stored]}, {"body": [theirs]}, {"body": [mine]}, streams)
        assert merged.value["body"][0]["value"] == {**FACTS, "title": "鄱阳湖今昔", "facts": "在江西"}
        assert not merged.conflicts

    def test_by_the_checks_of_the_project_which_find_nothing_missing(self):
        assert run_checks(tags=["newsroom", "web"]) == []


class TestWhatAKindLacksIsToldAtTheStart:
    def add(self, monkeypatch, name: str, block: blocks.Block) -> list[str]:
        block.set_name(name)
        monkeypatch.setitem(ArticleBody.base_blocks, name, block)
        return [error.id for error in run_checks(tags=["newsroom", "web"])]

    def test_a_block_of_wagtail_alone(self, monkeypatch):
        assert self.add(monkeypatch, "heading", blocks.CharBlock()) == ["newsroom.E001"]

    def test_a_kind_that_does_not_say_how_it_is_exported(self, monkeypatch):
        class Nothing(StructBodyBlock):
            title = blocks.CharBlock()

        assert self.add(monkeypatch, "quote", Nothing()) == ["newsroom.E002"]

    def test_a_kind_that_migrations_would_name(self, monkeypatch):
        assert self.add(monkeypatch, "heading", UnmigratedBlock()) == ["newsroom.E003"]

    def test_a_kind_without_a_template(self, monkeypatch):
        assert self.add(monkeypatch, "side_note", SideNote()) == ["web.E001"]


def everything(words: str, markup: str) -> dict[str, Any]:
    """What is stored of a block of each kind, whose texts are `words` and `markup`."""
    captioned = {"image": 1, "caption": words, "credit": words}
    recording = {"file": 1, "title": words, "transcript": words, "poster": None}
    return {
        "text": markup,
        "heading": words,
        "image": captioned,
        "missing_picture": {"address": "https://example.cn/a.jpg", "caption": words},
        "gallery": {"pictures": [{"type": "item", "value": captioned, "id": str(n)} for n in range(2)]},
        "video": {**recording, "captions": None},
        "audio": recording,
        "quote": {"text": words, "speaker": words},
        "table": {"data": [[words, None], ["3", words]], "table_caption": words, "cell": []},
        "before_after": {
            "before": 1,
            "before_label": words,
            "after": 2,
            "after_label": words,
            "caption": words,
            "credit": words,
        },
        "map": {**captioned, "review_number": words},
        "chart": {
            "title": words,
            "kind": "bars",
            "unit": words,
            "source": words,
            "data": {"data": [[words, "2026"], ["3", words]], "table_caption": words, "cell": []},
        },
        "poll": {
            "question": words,
            "choices": listed([{"text": words}] * 2),
            "most": 1,
            "closes": None,
            "shown_at_end": False,
            "members_only": False,
        },
        "fact_box": {"title": words, "facts": words, "image": None},
        "timeline": {"title": words, "events": listed([{"time": words, "text": words}])},
        "notes": {"notes": listed([{"text": words}] * 2)},
        "document": 1,
        "embed": "https://example.cn/",
        "related": {"title": words, "url": "/keji/"},
    }


@given(words, html, words.filter(bool))
def test_exchanging_words_for_themselves_changes_no_block_and_no_markup(written, markup, same):
    bodies = everything(written, markup)
    assert set(bodies) == set(body_blocks())
    raw = [{"type": kind, "value": stored, "id": kind} for kind, stored in bodies.items()]
    article = Article(title=written)
    article.body = StreamValue(Article._meta.get_field("body").stream_block, raw, is_lazy=True)
    spots = spots_of(article, same).spots
    exchange(article, same, same, range(len(spots)))
    after = {block["type"]: block["value"] for block in article.body.raw_data}
    assert pieces(after.pop("text")) == pieces(bodies.pop("text"))
    assert after == bodies


@given(st.sampled_from(sorted(body_blocks())), st.none() | st.integers() | st.text() | st.lists(st.none()))
def test_what_is_not_as_its_block_should_be_names_no_file(kind, stored):
    whole = {"type": kind, "value": stored}
    is_document = kind == "document" and isinstance(stored, int)
    assert keys_in_body([whole]) == ([f"document:{stored}"] if is_document else [])
    assert keys_in_body([kind, {"type": kind}, {"value": stored}, None]) == []


READ_FROM_HTML = sorted(kind for kind, block in body_blocks().items() if block.elements)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", READ_FROM_HTML)
def test_what_is_read_from_html_is_written_so_that_it_is_read_again(kind):
    picture, other = a_picture("水库"), a_picture("大坝")
    stored = everything("水库蓄水", "<p>水库蓄水</p>")[kind]
    match kind:
        case "image":
            stored = {"image": picture.pk, "caption": "水库蓄水", "credit": ""}
        case "map":
            stored = {"image": picture.pk, "caption": "库区", "review_number": "GS(2024)0650号", "credit": ""}
        case "before_after":
            stored |= {"before": picture.pk, "after": other.pk, "credit": ""}
        case "table":
            stored = body_blocks()["table"].of_rows([["水库", "蓄水"], ["3", ""]], True, "水库蓄水")
        case "chart":
            stored |= {"data": body_blocks()["table"].of_rows([["年", "蓄水"], ["2025", "3"]], True)}
    body = Article._meta.get_field("body").stream_block
    written = as_html(StreamValue(body, [{"type": kind, "value": stored, "id": "a"}], is_lazy=True))
    found = as_blocks(written, {one.stored_sizes().best: one for one in (picture, other)})
    assert [(name, without_ids(value)) for name, value in found] == [(kind, without_ids(stored))]


def without_ids(stored: Any) -> Any:
    if isinstance(stored, list):
        return [without_ids(item) for item in stored]
    if isinstance(stored, dict):
        return {name: without_ids(value) for name, value in stored.items() if name != "id"}
    return stored
