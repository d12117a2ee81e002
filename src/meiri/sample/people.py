"""The people of the sample newsroom with their posts. Their accounts have no password, so that nobody can sign in with them."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from meiri.members.models import User
from meiri.newsroom.appointing import appoint, appoint_deputy
from meiri.newsroom.models import Author, Post
from meiri.sample.content_files import table
from meiri.sections.models import Channel, Station

DAYS_OF_A_DEPUTY = 30


def load_people() -> None:
    """Make the accounts and posts that are not there yet. Call it when the roles, channels and stations are there."""
    channels = {channel.slug: channel for channel in Channel.objects.all()}
    stations = {station.slug: station for station in Station.objects.all()}
    roles = {group.name: group for group in Group.objects.all()}
    for words in table("people").get("person", []):
        person, new = User.objects.get_or_create(
            username=words["account"], defaults={"first_name": words["name"]}
        )
        if not new:
            continue
        person.set_unusable_password()
        person.save()
        where = (
            [channels[slug] for slug in words.get("channels", [])],
            [stations[slug] for slug in words.get("stations", [])],
        )
        appoint(person, roles[words["role"]], *where, everywhere=not any(where))
        if deputised := words.get("deputy_for"):
            until = timezone.localdate() + timedelta(days=DAYS_OF_A_DEPUTY)
            post = Post.objects.filter(user__username=deputised, deputy_for=None).earliest("pk")
            appoint_deputy(person, post, valid_until=until)
        author = Author.objects.filter(name=words["name"], user=None).first()
        if author:
            author.user = person
            author.save(update_fields=["user"])
