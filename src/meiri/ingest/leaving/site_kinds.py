"""The kinds of rows that an exported site has, one for each table; and what stays behind, each with the reason.

A table that is in neither list fails the tests, so nothing new is forgotten in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

_DERIVED = "made again from the rest"
_SECRET = "a secret"  # noqa: S105
_OF_THE_MACHINE = "of the machine that serves the site"
_UNDER_WAY = "under way just then"

# Labels of models, or of whole apps, whose rows stay behind.
LEFT_OUT = {
    "sessions": _SECRET + ": who is signed in",
    "members.SignIn": _SECRET + ": who is signed in",
    "members.ScanRequest": _SECRET + ": who is being signed in by a phone",
    "mfa": _SECRET + ": second factors, which are set up anew",
    "account.EmailConfirmation": _SECRET + ": keys in mails",
    "socialaccount.SocialApp": _SECRET + ": passwords of other systems",
    "socialaccount.SocialToken": _SECRET + ": passwords of other systems",
    "wagtailcore.APIToken": _SECRET + ": keys of programs",
    "visitors": _SECRET + ": what tells visitors apart for a short while",
    "security": "the security log, which is kept for a while where it was written",
    "mail": _UNDER_WAY + ": mail, some of it with codes",
    "push": _SECRET + ": where browsers are told, sealed for this site's key; they subscribe anew",
    "members.NewsRound": _UNDER_WAY + ": telling followers what is new",
    "members.SavedSearchRound": _UNDER_WAY + ": comparing an article with saved searches",
    "newsroom.OpenForm": _UNDER_WAY + ": open forms; what was typed is kept as versions",
    "wagtailadmin": _UNDER_WAY + ": open forms",
    "wagtailcore.UploadedFile": _UNDER_WAY + ": uploads that nobody has finished",
    "operations": _OF_THE_MACHINE + ": its jobs and nodes",
    "audience.CountedSearch": _OF_THE_MACHINE + ": which network was counted just now",
    "audience.CountedView": _OF_THE_MACHINE + ": which reader was counted just now",
    "audience.SearchCount": _OF_THE_MACHINE
    + ": what was searched for in the last two days, under its own key",
    "audience.SearchedWords": _OF_THE_MACHINE + ": what was searched for in the last two days",
    "audience.AggregatedLog": _OF_THE_MACHINE + ": how far its files of views were counted",
    "media.BucketFile": _OF_THE_MACHINE + ": where it keeps media files; the files leave",
    "media.RemovedObject": _OF_THE_MACHINE + ": what waits to leave its bucket",
    "wagtailsearch": _DERIVED,
    "search.Fingerprint": _DERIVED + ", by `meiri fingerprint`",
    "search.FingerprintNumber": _DERIVED + ", by `meiri fingerprint`",
    "contenttypes": "named where they are used, by app and model",
    "auth.Permission": "named where they are used, by app, model and code",
}

# Fields that stay behind, with the value that they get on the other side.
WITHHELD: dict[str, dict[str, Any]] = {
    # What no password is, so that none fits (`django.contrib.auth.hashers`).
    "members.User": {"password": "!"},
    "ingest.WireSource": {"key_digest": "", "etag": "", "last_modified": ""},
    "wagtailcore.PageViewRestriction": {"password": ""},
    "wagtailcore.CollectionViewRestriction": {"password": ""},
    "journal.ConsumerOffset": {
        "failures": 0,
        "error": "",
        "retry_at": None,
        "leased_until": None,
        "lease": "",
    },
}

# Documents in rows that name the type of a page by its number, which is another one on each site.
TYPE_IN_DOCUMENT = {"wagtailcore.Revision": ("content", "content_type")}


@dataclass(frozen=True)
class SiteKind:
    """The rows of one table. `name`: what its files are called by, such as `newsroom.article`."""

    name: str
    model: type[models.Model]

    @property
    def key(self) -> Any:
        return self.model._meta.pk

    @property
    def fields(self) -> list[Any]:
        """What a row says, without what is withheld; of a page or a task what stands in the table of its kind alone."""
        withheld = self.withheld
        return [f for f in self.model._meta.local_concrete_fields if f.attname not in withheld]

    @property
    def withheld(self) -> dict[str, Any]:
        return WITHHELD.get(self.model._meta.label, {})


@cache
def site_kinds() -> tuple[SiteKind, ...]:
    """Every kind that leaves, in order of name."""
    found = (SiteKind(model._meta.label_lower, model) for model in _tables() if reason_to_stay(model) is None)
    return tuple(sorted(found, key=lambda kind: kind.name))


def reason_to_stay(model: type[models.Model]) -> str | None:
    """Why the rows of a model stay behind; None where they leave."""
    return LEFT_OUT.get(model._meta.label) or LEFT_OUT.get(model._meta.app_label)


def tables_that_stay() -> list[type[models.Model]]:
    """What an import empties and does not fill."""
    # Files were copied into the bucket before.
    kept = (
        "contenttypes.ContentType",
        "auth.Permission",
        "media.BucketFile",
        "media.RemovedObject",
    )
    return [m for m in _tables() if reason_to_stay(m) is not None and m._meta.label not in kept]


def _tables() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model
