"""What an editor sends is one deed."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver

from meiri.journal.middleware import RecordEditorsChanges
from meiri.journal.models import Entry
from tests.newsroom_factory import a_channel, a_station

pytestmark = pytest.mark.django_db


def send(view, path="/admin/x/", method="post", user=None):
    request = getattr(RequestFactory(), method)(path)
    request.user = user or get_user_model()(pk=7)
    return RecordEditorsChanges(None).process_view(request, view, (), {})


def rename(request):
    for name in ("一", "二", "三"):
        channel = a_channel()
        channel.name = name
        channel.save()
    a_station().delete()
    return HttpResponse()


@pytest.fixture(autouse=True)
def sections():
    a_channel(), a_station()
    return Entry.objects.count()


def kinds(after: int) -> list[str]:
    return [entry.kind for entry in Entry.objects.after(after)]


def test_each_row_has_one_entry_however_often_it_was_written(sections):
    send(rename)
    assert sorted(kinds(sections)) == ["channel.changed", "station.deleted"]
    assert {entry.actor for entry in Entry.objects.after(sections)} == {"user:7"}


def test_what_fails_halfway_was_never_done(sections):
    def fail(request):
        rename(request)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        send(fail)
    assert kinds(sections) == []
    assert a_channel().name == "科技前沿"


def test_a_change_that_is_taken_back_within_it_is_none(sections):
    def view(request):
        channel = a_channel()
        channel.name = "一"
        channel.save()
        channel.name = "科技前沿"
        channel.save()

    send(view)
    assert kinds(sections) == []


def test_reading_opens_no_transaction():
    assert send(rename, method="get") is None
    assert send(rename, path="/letters/") is None


def test_importing_has_transactions_of_its_own():
    view = get_resolver().resolve("/admin/import/").func
    assert send(view) is None


def test_the_view_is_in_a_transaction():
    blocks = len(connection.atomic_blocks)
    assert send(lambda request: HttpResponse(len(connection.atomic_blocks) - blocks)).content == b"1"


def test_it_stands_behind_all_others_that_look_at_views(settings):
    """It calls the view itself: whoever stood behind it would not be asked."""
    assert settings.MIDDLEWARE[-1] == f"{RecordEditorsChanges.__module__}.RecordEditorsChanges"
