"""The sample newsroom, loaded once for all tests here: stopped halfway, then loaded to its end."""

from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from meiri.audience.hot import hot_list
from meiri.comments.models import Comment, CommentCount, CommentState
from meiri.fronts.models import FriendLink, HomePage, MagazineIssuePage, SiteSettings, TopicPage
from meiri.fronts.page_sheets import sheets_of
from meiri.journal.models import Entry
from meiri.journal.verification import verify_chain
from meiri.letters.models import Letter, Stage, StageCount
from meiri.media.captions import check_captions
from meiri.media.models import Picture
from meiri.media.recording_origins import origin_of
from meiri.members.models import User
from meiri.newsroom.dates import fault_of_date
from meiri.newsroom.models import Article, Author, Desk, Listing
from meiri.newsroom.river import Place
from meiri.sample.content_files import articles, table
from meiri.sample.loading import load, unfinished
from meiri.sample.pictures import SCENES
from meiri.sections.models import Channel, NavigationItem, Station, Subsection, Topic
from meiri.staff.models import PressCard

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("sample newsroom")]

SMALL = (240, 160)


class Stopped(Exception):
    """Somebody stops the loading."""


def stop_after(count):
    def progress(items, **words):
        for number, item in enumerate(items):
            if number == count:
                raise Stopped
            yield item

    return progress


@pytest.fixture(scope="module", autouse=True)
def newsroom(django_db_setup, django_db_blocker):
    """Whether loading was known to be unfinished after it was stopped, and what the second loading added."""
    with django_db_blocker.unblock():
        everything = transaction.atomic()
        everything.__enter__()
        try:
            with pytest.raises(Stopped):
                load(stop_after(7), SMALL)
            stopped = unfinished(), Article.objects.count()
            yield *stopped, load(size=SMALL)
        finally:
            transaction.set_rollback(True)
            everything.__exit__(None, None, None)


def rows():
    """How many rows each table of ours has, and the end of the journal."""
    ours = [m for m in apps.get_models() if m.__module__.startswith("meiri.")]
    return {m.__name__: m.objects.count() for m in ours}


class TestLoading:
    def test_what_was_stopped_halfway_goes_on(self, newsroom):
        was_unfinished, there, added = newsroom
        assert (was_unfinished, there) == (True, 7)
        assert added == len(articles()) - 7
        assert not unfinished()
        told = Entry.objects.filter(kind__startswith="sample.").order_by("sequence")
        assert list(told.values_list("kind", flat=True)) == ["sample.begun", "sample.loaded"]

    def test_loading_again_adds_nothing(self):
        before = rows()
        call_command("sample")
        assert rows() == before

    def test_an_article_that_an_editor_withdrew_stays_withdrawn(self):
        article = Article.objects.live().first()
        article.unpublish()
        call_command("sample")
        article.refresh_from_db()
        assert not article.live

    def test_the_journal_holds(self):
        assert verify_chain().broken is None


class TestArticles:
    def test_there_are_enough_and_all_are_live(self):
        assert Article.objects.count() == Article.objects.live().count() == len(articles()) >= 80

    def test_a11_they_are_dated_by_the_rule_of_all_articles(self):
        dates = Article.objects.values_list("published_at", flat=True)
        assert not [at for at in dates if fault_of_date(at)]

    def test_every_channel_has_some(self):
        empty = [c.name for c in Channel.objects.all() if not Listing.objects.at(Place.channel(c)).exists()]
        assert not empty

    def test_a_dozen_stations_and_every_topic_have_some(self):
        stations = [s for s in Station.objects.all() if Listing.objects.at(Place.station(s)).exists()]
        assert len(stations) >= 12
        assert all(Listing.objects.at(Place.topic(t)).exists() for t in Topic.objects.all())

    def test_every_picture_has_its_sizes_and_says_what_it_shows(self):
        for picture in Picture.objects.all():
            assert picture.sizes.widths
            assert picture.alt

    def test_one_has_a_film_with_captions_and_a_sound_whose_lengths_are_known(self):
        film = Article.objects.live().get(kind="video")
        blocks = {
            block.block_type: block.value for block in film.body if block.block_type in ("video", "audio")
        }
        check_captions(blocks["video"]["captions"].file.read())
        assert blocks["video"]["transcript"].count("\n") == 5
        assert (origin_of(blocks["video"]["file"]).seconds, origin_of(blocks["audio"]["file"]).seconds) == (
            18,
            6,
        )

    def test_their_front_matter_names_what_there_is(self):
        sections, topics = table("sections"), {t["slug"] for t in table("topics")["topic"]}
        people = {a["name"] for a in table("authors")["author"]}
        sources = {s["name"] for s in table("sources")["source"]}
        for article in articles():
            fields = article.fields
            assert fields["channel"] in sections["channels"], article.stem
            assert set(fields.get("stations", [])) <= set(sections["stations"]), article.stem
            assert set(fields.get("topics", [])) <= topics, article.stem
            assert {*fields.get("authors", []), fields["editor"]} <= people, article.stem
            assert fields["source"] in sources, article.stem
            scenes = {stored["image"].split(":")[0] for kind, stored in article.blocks if kind == "image"}
            assert scenes | ({article.picture.scene} if article.picture else set()) <= set(SCENES), (
                article.stem
            )


class TestFronts:
    def test_the_navigation_is_as_the_content_says(self):
        names = {slug: name for slug, (name, _) in table("sections")["channels"].items()}
        for row, key in ((1, "first"), (2, "second")):
            wanted = [
                (names[x], f"/{x}/") if isinstance(x, str) else tuple(x)
                for x in table("sections")["navigation"][key]
            ]
            items = NavigationItem.objects.filter(row=row).select_related("channel")
            assert [(item.text, item.url) for item in items] == wanted

    def test_whatever_a_page_leads_to_is_there(self, client):
        footer = [f"/about/{page}" for page in ("", "contact/", "disclaimer/", "privacy/", "accessibility/")]
        navigation = [item.url for item in NavigationItem.objects.select_related("channel")]
        topics = [f"/zhuanti/{slug}/" for slug in Topic.objects.values_list("slug", flat=True)]
        issues = MagazineIssuePage.objects.all()
        pieces = [f"/zazhi/{issue.slug}/{n}/" for issue in issues for n in range(1, len(issue.contents) + 1)]
        sheets = [
            f"/zazhi/{issue.slug}/banmian/{n}/" for issue in issues for n in range(1, len(issue.sheets) + 1)
        ]
        below = [one.get_absolute_url() for one in Subsection.objects.select_related("channel", "station")]
        places = {*(f"/zazhi/{issue.slug}/" for issue in issues), *sheets, *below}
        for address in {*footer, *navigation, *topics, *pieces, *places}:
            response = client.get(address, follow=True)
            assert response.status_code == 200, address

    def test_the_home_page_has_a_layout(self):
        assert len(HomePage.objects.get().body) > 20

    def test_four_topics_and_two_issues_with_pages_of_paper(self):
        assert TopicPage.objects.live().count() == 4
        issues = MagazineIssuePage.objects.live().order_by("-slug")
        assert [len(issue.contents) for issue in issues] == [6, 4]
        for issue in issues:
            assert all(len(piece.value["body"].source) > 250 for piece in issue.contents)
            on_paper = [n for sheet in sheets_of(issue) for n in sheet.pieces]
            assert on_paper == list(range(1, len(issue.contents) + 1))

    def test_sub_columns_have_articles_and_what_is_read_has_reasons(self):
        for one in Subsection.objects.select_related("channel", "station"):
            assert Listing.objects.at(Place.subsection(one)).exists(), one.full_name
        entries = hot_list()
        assert len(entries) == 10
        assert all(entry.views > 0 for entry in entries[:5])

    def test_twenty_friend_links_lead_to_addresses_reserved_for_examples(self):
        hosts = [urlsplit(url).hostname for url in FriendLink.objects.shown().values_list("url", flat=True)]
        assert len(hosts) == len(set(hosts)) == 20
        assert all(host.endswith((".example.com", ".example.org", ".example.net")) for host in hosts)

    def test_records_are_placeholders(self):
        site = SiteSettings.load()
        assert "00000000" in site.icp
        assert len(site.telephones) == 2
        assert site.slogan
        assert site.reporting_line


class TestPeople:
    def test_authors_have_a_role_and_a_line_about_them(self):
        authors = Author.objects.exclude(role="").exclude(bio="")
        assert authors.count() == 16

    def test_nobody_can_sign_in(self):
        for user in User.objects.all():
            assert not user.has_usable_password()

    def test_desks_look_after_channels_and_stations(self):
        assert Desk.objects.filter(channels__slug="yaowen").exists()
        assert Desk.objects.filter(stations__slug="zhejiang").exists()

    def test_press_cards_of_every_state(self):
        words = {card.state_word for card in PressCard.objects.all()}
        assert PressCard.objects.count() == 8
        assert words == {"有效", "已过期", "暂停使用", "已离职注销"}


class TestVoices:
    def test_comments_are_counted_and_decided(self):
        approved = Comment.objects.approved().count()
        assert approved >= 50
        assert sum(CommentCount.objects.values_list("approved", flat=True)) == approved
        assert Entry.objects.filter(kind="comment.approved").count() == approved
        assert not Comment.objects.unchecked().exists()
        assert Comment.objects.pending().exists()
        assert Comment.objects.filter(state=CommentState.REJECTED).exclude(reason="").exists()

    def test_comments_are_no_older_than_their_article_and_replies_no_older_than_what_they_answer(self):
        for comment in Comment.objects.select_related("article", "reply_to"):
            assert comment.created_at >= comment.article.published_at
            if comment.reply_to:
                assert comment.created_at >= comment.reply_to.created_at

    def test_three_letters_are_published_with_their_answers(self):
        letters = Letter.objects.newest_published(10)
        assert len(letters) == 3
        for letter in letters:
            assert letter.answer
            assert letter.created_at < letter.answered_at < letter.published_at

    def test_letters_are_counted_at_their_stages_and_their_writers_sealed(self):
        counts = dict(StageCount.objects.filter(letters__gt=0).values_list("stage", "letters"))
        every = {stage: 1 for stage in Stage if stage != Stage.PUBLISHED}
        assert counts == every | {Stage.PUBLISHED: 3}
        letter = Letter.objects.newest_published(1)[0]
        assert letter.contact()["name"] == "陶敬之"
        assert letter.masked_name == "陶某某"
        assert "陶敬之".encode() not in bytes(letter.sealed_contact)
