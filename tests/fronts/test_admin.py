"""What stands around every page, changed in the admin: one entry each, and readers see it at once."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from wagtail.test.utils.form_data import nested_form_data, streamfield

from meiri.fronts.models import FriendLink, SiteSettings
from meiri.journal.models import Entry
from meiri.sections.models import Channel, NavigationItem, Station
from meiri.web import page_frame
from tests.newsroom_factory import a_channel, a_station, an_article

pytestmark = pytest.mark.django_db
LINKS = "/admin/snippets/fronts/friendlink/"


@pytest.fixture
def chief():
    return get_user_model().objects.create_superuser("zhubian", "z@example.com", "x")


@pytest.fixture
def desk(client, chief):
    page_frame.forget_frame()  # what an earlier test's database held
    SiteSettings.load()
    a_channel()
    client.force_login(chief)
    return client


def page_of_readers(client) -> str:
    return client.get("/keji/").content.decode()


def entries_since(number: int) -> list[Entry]:
    return list(Entry.objects.filter(sequence__gt=number).order_by("sequence"))


def last() -> int:
    entry = Entry.objects.order_by("-sequence").first()
    return entry.sequence if entry else 0


def form_of_section(section, **fields) -> dict:
    own = {
        "name": section.name,
        "slug": section.slug,
        "description": "",
        "order": section.order,
        "design": section.design,
    }
    if section.visible:
        own["visible"] = "on"
    if isinstance(section, Channel):
        own["comment_policy"] = section.comment_policy
    if isinstance(section, Station):
        own |= {"region": section.region, "address": "", "telephone": "", "email": ""}
    return own | fields


class TestFriendLinks:
    def test_a_new_link_stands_at_the_foot_of_every_page(self, desk, chief):
        assert "江海日报网" not in page_of_readers(desk)
        before = last()
        desk.post(
            f"{LINKS}add/",
            {"name": "江海日报网", "url": "https://jianghai.example.cn/", "group": "", "order": "1",
             "state": "shown"},
        )  # fmt: skip
        (entry,) = entries_since(before)
        assert (entry.kind, entry.keys, entry.actor) == (
            "friendlink.created", ["footer"], f"user:{chief.pk}",
        )  # fmt: skip
        assert "江海日报网" in page_of_readers(desk)

    def test_a_hidden_and_a_deleted_link_are_gone(self, desk):
        for deed in ("changed", "deleted"):
            link = FriendLink.objects.create(name="江海日报网", url="https://jianghai.example.cn/")
            before = last()
            if deed == "changed":
                form = {"name": link.name, "url": link.url, "group": "", "order": "0", "state": "hidden"}
                desk.post(f"{LINKS}edit/{link.pk}/", form)
            else:
                desk.post(f"{LINKS}delete/{link.pk}/")
            (entry,) = entries_since(before)
            assert entry.kind == f"friendlink.{deed}"
            assert "江海日报网" not in page_of_readers(desk)

    def test_ordering_and_copying_are_told_too(self, desk):
        first = FriendLink.objects.create(name="甲", url="https://jia.example.cn/", order=1)
        FriendLink.objects.create(name="乙", url="https://yi.example.cn/", order=2)
        before = last()
        desk.post(f"{LINKS}reorder/{first.pk}/?position=1")
        copy = {"name": "丙", "url": "https://bing.example.cn/", "group": "", "order": "3", "state": "shown"}
        assert f'action="{LINKS}add/"' in desk.get(f"{LINKS}copy/{first.pk}/").content.decode()
        assert desk.post(f"{LINKS}copy/{first.pk}/", copy).status_code == 405
        desk.post(f"{LINKS}add/", copy)
        assert [e.kind for e in entries_since(before)] == ["friendlink.changed", "friendlink.created"]
        page = page_of_readers(desk)
        assert page.index("乙") < page.index("甲") < page.index("丙")

    def test_the_journal_is_told_of_each_of_many_that_are_deleted_at_once(self, desk):
        links = [
            FriendLink.objects.create(name=name, url=f"https://{name}.example.cn/") for name in ("jia", "yi")
        ]
        before = last()
        desk.post(f"/admin/bulk/fronts/friendlink/delete/?id={links[0].pk}&id={links[1].pk}")
        assert not FriendLink.objects.exists()
        assert [e.kind for e in entries_since(before)] == ["friendlink.deleted"] * 2

    def test_they_are_for_those_who_may(self, client):
        editor = get_user_model().objects.create_user("bianji", password="x")
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(editor)
        assert client.get(LINKS).status_code == 302


class TestSettings:
    def test_a_changed_record_shows_at_once_and_is_told(self, desk, chief):
        assert "海角东路八号" not in page_of_readers(desk)
        before = last()
        settings = SiteSettings.load()
        address = f"/admin/settings/fronts/sitesettings/{settings.pk}/"
        names = ("slogan", "organisation", "postcode", "email", "reporting_line", "icp", "icp_url", "police",
                 "police_url", "copyright")  # fmt: skip
        blank = dict.fromkeys(names, "")
        empty = {"telephones": streamfield([]), "licences": streamfield([])}
        desk.post(address, nested_form_data({**blank, **empty, "address": "海角东路八号"}))
        (entry,) = entries_since(before)
        assert (entry.kind, entry.keys, entry.actor) == (
            "settings.changed", ["footer"], f"user:{chief.pk}",
        )  # fmt: skip
        assert "海角东路八号" in page_of_readers(desk)

    def test_it_stands_in_the_menu_of_the_site(self, desk):
        text = desk.get("/admin/").content.decode()
        assert text.count("/admin/settings/fronts/sitesettings/") == 1


class TestSections:
    def test_a_renamed_channel_has_its_new_name_everywhere(self, desk):
        channel = a_channel()
        NavigationItem.objects.create(channel=channel)
        an_article(channel=channel)
        assert "科技前沿" in page_of_readers(desk)
        before = last()
        form = form_of_section(channel, name="科学技术")
        desk.post(f"/admin/snippets/sections/channel/edit/{channel.pk}/", form)
        (entry,) = entries_since(before)
        assert (entry.kind, set(entry.keys)) == ("channel.changed", {"nav", "channel:keji"})
        page = page_of_readers(desk)
        assert "科学技术" in page
        assert "科技前沿" not in page

    def test_a_changed_address_names_the_old_and_the_new_key(self, desk):
        channel = a_channel()
        before = last()
        form = form_of_section(channel, slug="kexue")
        desk.post(f"/admin/snippets/sections/channel/edit/{channel.pk}/", form)
        entry, *redirects = entries_since(before)
        assert {"channel:keji", "channel:kexue"} <= set(entry.keys)
        assert {redirect.kind for redirect in redirects} == {"redirect.created"}

    def test_a_hidden_station_leaves_the_line_of_stations(self, desk):
        station = a_station()
        assert "/difang/zhejiang/" in page_of_readers(desk)
        before = last()
        form = form_of_section(station)
        del form["visible"]
        desk.post(f"/admin/snippets/sections/station/edit/{station.pk}/", form)
        (entry,) = entries_since(before)
        assert (entry.kind, set(entry.keys)) == ("station.changed", {"nav", "station:zhejiang"})
        assert "/difang/zhejiang/" not in page_of_readers(desk)

    def test_moved_navigation_is_read_in_its_new_order(self, desk):
        first, _ = (
            NavigationItem.objects.create(label=label, address=f"/{word}/", order=order)
            for label, word, order in (("先看", "xian", 1), ("后看", "hou", 2))
        )
        page = page_of_readers(desk)
        assert page.index("先看") < page.index("后看")
        before = last()
        form = {
            "row": "1",
            "order": "3",
            "label": "先看",
            "channel": "",
            "address": "/xian/",
            "visible": "on",
        }
        desk.post(f"/admin/snippets/sections/navigationitem/edit/{first.pk}/", form)
        (entry,) = entries_since(before)
        assert (entry.kind, entry.keys) == ("navigationitem.changed", ["nav"])
        page = page_of_readers(desk)
        assert page.index("后看") < page.index("先看")

    def test_an_invalid_form_changes_nothing_and_tells_nothing(self, desk):
        channel = a_channel()
        before = last()
        desk.post(
            f"/admin/snippets/sections/channel/edit/{channel.pk}/", form_of_section(channel, slug="admin")
        )
        assert entries_since(before) == []

    def test_long_navigation_is_listed_with_as_many_queries(self, desk, django_assert_max_num_queries):
        for n in range(40):
            NavigationItem.objects.create(channel=a_channel(f"频道{n}", f"pindao-{n}"), order=n)
        with django_assert_max_num_queries(27):
            desk.get("/admin/snippets/sections/navigationitem/")
