"""A letter goes to the desk of its place; by hand to another one; each desk sees its own."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from meiri.journal.models import Entry
from meiri.letters import desk as desk_views
from meiri.letters import handling
from meiri.letters.models import Letter, LetterSettings, MonthCount, Stage
from meiri.letters.permissions import letters_of
from tests.letters.letters_factory import a_desk, a_letter, someone
from tests.letters.test_writing import send, words
from tests.newsroom_factory import a_station

pytestmark = pytest.mark.django_db


def test_a_letter_goes_to_the_desk_that_looks_after_its_station():
    station = a_station()
    desk, member = a_desk(stations=[station])
    about, elsewhere = a_letter(station=station), a_letter()
    assert about.desk == desk
    assert elsewhere.desk is None
    assert list(letters_of(member)) == [about]
    assert set(letters_of(someone("handle_letter"))) == {about, elsewhere}
    assert not letters_of(someone()).exists()


def test_a_desk_without_the_permission_gets_no_letters():
    station = a_station()
    _, member = a_desk(stations=[station], permissions=())
    assert a_letter(station=station).desk is None
    assert not letters_of(member).exists()


def test_the_place_in_words_finds_the_station(client):
    station = a_station()
    send(client, place="浙江省杭州市余杭区")
    letter = Letter.objects.get()
    assert (letter.station, letter.place) == (station, "浙江省杭州市余杭区")


def test_a_letter_is_handed_over_with_a_note_and_its_numbers_go_with_it(client):
    station, chief = a_station(), someone("handle_letter")
    desk, member = a_desk(stations=[station])
    letter = a_letter()
    client.force_login(chief)
    address = f"/admin/letters/{letter.pk}/"
    sent = {"deed": "hand_over", "station": station.pk, "desk": desk.pk, "note": "属地办理"}
    assert "请写明改派的原因" in words(client.post(address, sent | {"note": ""}))
    assert client.post(address, sent).status_code == 302
    letter.refresh_from_db()
    assert (letter.station, letter.desk) == (station, desk)
    assert "属地办理" in letter.messages.get().text
    entry = Entry.objects.get(kind="letter.handed_over")
    assert entry.payload["station"] == station.slug
    assert "属地" not in str(entry.payload)
    assert {c.station: c.received for c in MonthCount.objects.all()} == {0: 0, station.pk: 1}
    with pytest.raises(ValidationError, match="都没有变"):
        handling.hand_over_letter(letter, station, desk, "再次", member)


def test_a_desk_can_do_nothing_with_letters_of_others(client):
    _, member = a_desk(stations=[a_station()])
    letter = a_letter()
    for deed in (
        lambda: handling.check_letter(letter, member),
        lambda: handling.note_on_letter(letter, "x", member),
        lambda: handling.open_contact(letter, "x", member),
        lambda: handling.hand_over_letter(letter, None, None, "x", member),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    client.force_login(member)
    assert client.get(f"/admin/letters/{letter.pk}/").status_code == 302
    assert letter.receipt not in words(client.get("/admin/letters/"))


def test_each_stage_has_its_day_and_what_is_late_stands_out(client):
    settings = LetterSettings.load()
    settings.days_checking = 9
    settings.save()
    handler = someone("handle_letter")
    today = timezone.localdate()
    letter, late = a_letter(), a_letter(subject="早就来了")
    assert letter.due_on == today + timedelta(days=2)
    assert handling.check_letter(letter, handler).due_on == today + timedelta(days=9)
    assert handling.close_letter(letter, "已办。", handler).due_on is None
    Letter.objects.filter(pk=late.pk).update(due_on=today - timedelta(days=1))
    client.force_login(handler)
    page = words(client.get("/admin/letters/?stage=overdue"))
    assert "早就来了" in page
    assert "已逾期" in page
    assert "逾期（1）" in page
    assert letter.receipt not in page


def test_the_desk_pages_through_its_lists_without_losing_any(client, monkeypatch):
    monkeypatch.setattr(desk_views, "PER_PAGE", 2)
    client.force_login(someone("handle_letter"))
    letters = [a_letter() for _ in range(5)]
    past = timezone.localdate() - timedelta(days=3)
    Letter.objects.update(due_on=past)
    Letter.objects.filter(pk=letters[0].pk).update(due_on=past + timedelta(days=1))
    for which, order in (("received", letters[::-1]), ("overdue", [*letters[1:], letters[0]])):
        seen, address = [], f"/admin/letters/?stage={which}"
        while address:
            context = client.get(address).context
            seen += context["letters"]
            address = context["next"] and f"/admin/letters/?{context['next']}"
        assert seen == order


def test_the_list_is_filtered_by_station_and_desk(client):
    station = a_station()
    desk, _ = a_desk(stations=[station])
    about, other = a_letter(station=station), a_letter()
    client.force_login(someone("handle_letter"))
    for query in (f"station={station.pk}", f"desk={desk.pk}"):
        page = words(client.get(f"/admin/letters/?{query}"))
        assert about.receipt in page
        assert other.receipt not in page
    assert other.receipt in words(client.get("/admin/letters/?station=x&desk=&from=__"))


def test_the_days_are_set_by_chief_editors(client, admin_user):
    client.force_login(admin_user)
    address = f"/admin/settings/letters/lettersettings/{LetterSettings.load().pk}/"
    days = {"days_received": 1, "days_checking": 2, "days_asked": 3, "days_answered": 4}
    assert client.post(address, days).status_code == 302
    assert LetterSettings.load().due_on(Stage.ASKED) == timezone.localdate() + timedelta(days=3)
    assert Entry.objects.filter(kind="lettersettings.changed", actor=f"user:{admin_user.pk}").exists()


def test_a31_a_desk_handles_what_nobody_has_routed_about_its_stations_and_nothing_else():
    ours, theirs = a_station(), a_station("新疆", "xinjiang")
    unrouted, elsewhere, nowhere = a_letter(station=ours), a_letter(station=theirs), a_letter()
    desk, member = a_desk(stations=[ours])
    other, _ = a_desk("另一组", stations=[theirs])
    assert unrouted.desk is None
    assert list(letters_of(member)) == [unrouted]
    handling.check_letter(unrouted, member)
    handling.hand_over_letter(unrouted, ours, other, "请你们办理", member)
    assert not letters_of(member).exists()
    for letter in (elsewhere, nowhere):
        with pytest.raises(PermissionDenied):
            handling.check_letter(letter, member)
    assert desk.pk != other.pk
