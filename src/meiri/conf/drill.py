"""A drill: does the newest backup give the site back, how long does that take, and what would be lost?

The backup is restored into a temporary data folder by `meiri restore`, as in earnest, and looked at there by a process of its own.
The site itself goes on serving.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.utils import timezone

from meiri.conf.backup_places import BackupPlace
from meiri.conf.backups import manifest_of
from meiri.conf.database_copies import BackupRefused
from meiri.delivery.keys import EVERYWHERE
from meiri.delivery.rendering import render
from meiri.health_checks import HealthFinding, HealthState, broken, fine, warning
from meiri.journal.content_keys import MINUTE
from meiri.journal.heads import stands
from meiri.journal.log import end_of_journal
from meiri.journal.models import Entry
from meiri.kept_once import write_whole
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.sections.models import Channel

# Says in the data folder how the last drill ended.
LAST = "last-drill.json"
# What a machine must have beside a backup: backups.md says why they are in none.
KEYS = ("secret.key", "letters.key", "sheets.key", "log.key", "push.key", "c2pa.key", "sm2.key", "backup.key")
PAGES = 20
# Entries since the backup whose keys are looked at; with more, no page is compared.
MOST_ENTRIES = 100_000
LONGEST_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Restored:
    """What `restored_site` saw, and how many seconds restoring and looking took."""

    seen: dict
    restoring: float
    looking: float


def drill(backup: BackupPlace, pages: int = PAGES) -> Iterator[tuple[str, HealthFinding]]:
    """Restore `backup` elsewhere and yield what was found of each part. The outcome is noted in the data folder in the end."""
    worst, began = HealthState.OK, time.monotonic()
    for part, finding in _drilled(backup, pages):
        worst = max(worst, finding.state)
        yield part, finding
    noted = {
        "made": timezone.localtime().isoformat(timespec="seconds"),
        "file": str(backup),
        "state": worst.name.lower(),
        "seconds": round(time.monotonic() - began, 1),
    }
    write_whole(Path(settings.HOME) / LAST, json.dumps(noted, ensure_ascii=False).encode())


def last_drill() -> dict | None:
    """`made` (ISO 8601), `file`, `state` and `seconds` of the last drill on this machine; None for none."""
    try:
        return json.loads((Path(settings.HOME) / LAST).read_bytes())
    except (OSError, ValueError):
        return None


def _drilled(backup: BackupPlace, pages: int) -> Iterator[tuple[str, HealthFinding]]:
    try:
        manifest = manifest_of(backup)
        addresses = sample_of_pages(pages)
        with TemporaryDirectory(dir=settings.HOME, prefix=".drill-") as folder:
            restored = _restored(backup, Path(folder), addresses)
    except (BackupRefused, OSError) as error:
        yield "restoration", broken(str(error), "make another backup, and try that: meiri backup FILE")
        return
    took = f"{restored.restoring:.0f} s to restore, {restored.looking:.0f} s to look at it"
    yield "restoration", fine(f"the site of {manifest['made']} is back: {took}")
    yield "journal", _of_journal(restored.seen)
    yield "counts", _of_counts(restored.seen)
    yield "media", _of_media(restored.seen, manifest)
    yield "keys", _of_keys(restored.seen)
    yield "pages", _of_pages(restored.seen)
    yield "loss", _of_loss(restored.seen, manifest)


def sample_of_pages(number: int) -> list[str]:
    """Home, fronts, and articles by chance, old and new ones: they are found by their keys."""
    found = ["/", *(channel.get_absolute_url() for channel in Channel.objects.visible()[: number // 4])]
    newest = Article.objects.filter(live=True).order_by("-pk").first()
    chance = random.SystemRandom()
    for _ in range(number - len(found) if newest else 0):
        start = chance.randint(1, newest.pk)
        if article := Article.objects.filter(live=True, pk__gte=start).order_by("pk").first():
            found.append(article.get_absolute_url())
    return list(dict.fromkeys(found))[:number]


def _restored(backup: BackupPlace, home: Path, addresses: list[str]) -> Restored:
    """Raises `BackupRefused` where the backup can't be restored or looked at."""
    if connection.vendor != "sqlite":
        raise BackupRefused(
            "A drill needs a database of its own, which it makes on SQLite alone; on PostgreSQL restore on another machine."
        )
    for name in KEYS:
        if (path := Path(settings.HOME) / name).exists():
            shutil.copy(path, home / name)
            (home / name).chmod(0o600)
    if (static := Path(settings.STATIC_ROOT)).exists():
        (home / "static").symlink_to(static)
    began = time.monotonic()
    _run(home, "meiri.conf.command", "restore", str(backup))
    restored = time.monotonic()
    told = _run(home, "meiri.conf.restored_site", said=json.dumps(addresses))
    return Restored(json.loads(told), restored - began, time.monotonic() - restored)


def _run(home: Path, module: str, *arguments: str, said: str = "") -> str:
    """What a process on the data folder `home` printed. Raises `BackupRefused`."""
    of_its_own = {
        "MEIRI_HOME": str(home),
        "MEIRI_DATABASE_URL": f"sqlite:///{home / 'meiri.sqlite3'}",
        "MEIRI_BASE_URL": settings.BASE_URL,
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        "MEIRI_CDN": "",
        # The backup may lie in the bucket; what is restored of it does not go there.
        "MEIRI_S3_MEDIA": "off",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        env=os.environ | of_its_own, input=said, capture_output=True, text=True, timeout=LONGEST_SECONDS,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise BackupRefused(lines[-1] if lines else f"{module} ended with status {done.returncode}")
    return done.stdout


def _of_journal(seen: dict) -> HealthFinding:
    if seen["broken"]:
        return broken(
            "; ".join(seen["broken"]), "keep the backups before it, and type: meiri verify on this site"
        )
    sequence, digest = seen["ended"]
    if sequence and not stands(sequence, digest):
        return broken(
            f"its last entry {sequence} is not in the journal of this site",
            "see whether the backup is of this site; if so, type: meiri verify",
        )
    return fine(f"its {seen['entries']} entries are whole, and the beginning of this site's journal")


def _of_counts(seen: dict) -> HealthFinding:
    told = ", ".join(f"{count} {kind}" for kind, count in seen["counts"].items())
    if not seen["counts"]["Article"] and Article.objects.exists():
        return broken(f"it has no article: {told}", "make a backup of this data folder: meiri backup FILE")
    return fine(told)


def _of_media(seen: dict, manifest: dict) -> HealthFinding:
    if seen["missing"]:
        return broken(
            f"files are missing that rows name: {', '.join(seen['missing'])}",
            "put them back into this site, then make another backup",
        )
    return fine(f"{len(manifest['files'])} files have the digests that they were backed up with")


def _of_keys(seen: dict) -> HealthFinding:
    if seen["unreadable"]:
        return broken(
            f"{seen['unreadable']} letters can't be opened with this site's letters.key",
            "put the letters.key back that they were sealed with (docs/backups.md)",
        )
    lacking = [name for name in KEYS if not (Path(settings.HOME) / name).exists()]
    if "secret.key" in lacking and settings.SECRET_KEY:
        lacking.remove("secret.key")  # it comes from the environment
    if "sm2.key" in lacking and not settings.SM2:
        lacking.remove("sm2.key")
    if "backup.key" in lacking and not settings.REPLICATE_TO:
        lacking.remove("backup.key")
    more = f"; not made yet: {', '.join(lacking)}" if lacking else ""
    return fine(f"letters open with this site's keys{more}. Keep the keys elsewhere too: no backup has them")


def _of_pages(seen: dict) -> HealthFinding:
    """Compare with the pages as they are made now, without those that show something which changed since."""
    changed = _keys_changed_after(seen["ended"][0])
    if changed is None:
        return warning("too much has changed since the backup to compare pages", "make backups more often")
    differing, same, passed_over = [], 0, 0
    for address, old in seen["pages"].items():
        now = render(address)
        shown = {*now.keys, *EVERYWHERE}
        if not changed.isdisjoint(shown) or MINUTE in shown:
            passed_over += 1
        elif (old["status"], old["sha256"]) == (
            now.response.status_code,
            sha256(now.response.content).hexdigest(),
        ):
            same += 1
        else:
            differing.append(address)
    told = f"{same} are the same, {passed_over} show what changed since"
    if differing:
        return broken(
            f"{len(differing)} differ, {told}: {', '.join(differing[:5])}",
            "see what they lack on the restored site: restore the backup into another MEIRI_HOME and serve it",
        )
    return fine(told)


def _keys_changed_after(sequence: int) -> set[str] | None:
    """The content keys of all entries since; None where there are too many."""
    changed: set[str] = set()
    if end_of_journal().sequence - sequence > MOST_ENTRIES:
        return None
    for keys in Entry.objects.after(sequence).values_list("keys", flat=True).iterator():
        changed.update(keys)
    return changed


def _of_loss(seen: dict, manifest: dict) -> HealthFinding:
    sequence = seen["ended"][0]
    lost = end_of_journal().sequence - sequence
    published = Entry.objects.after(sequence).filter(kind=ArticlePublished.kind).count()
    age = timezone.now() - datetime.fromisoformat(manifest["made"])
    hours = age.total_seconds() / 3600
    return fine(f"{hours:.1f} hours would be lost: {lost} entries of the journal, {published} publications")
