"""`meiri drill`: a backup is restored elsewhere, by real processes, and compared with the site."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from meiri.conf.backups import back_up
from meiri.conf.drill import LAST, _of_journal, _of_keys, last_drill
from meiri.conf.health import a_drill_was_done
from meiri.conf.restored_site import look
from meiri.health_checks import HealthState
from meiri.journal.models import Entry
from meiri.letters.sealing import seal_contact
from tests.letters.letters_factory import a_letter
from tests.newsroom_factory import an_article
from tests.prepared import collected

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a drill needs a database of its own")


@pytest.fixture
def newsroom(transactional_db, tmp_path, settings, request) -> Path:
    """A newsroom with the static files of a real site, which pages name by digests of their content."""
    settings.STATIC_ROOT = collected(request.config.cache.mkdir("collected"))
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    settings.HOME = tmp_path / "newsroom"
    settings.MEDIA_ROOT = settings.HOME / "media"
    settings.MEDIA_ROOT.mkdir(parents=True)
    for number in range(3):
        an_article(f"山里通了班车{number}")
    a_letter(sealed_contact=seal_contact("许望舒", "wangshu@paper.example"))
    return settings.HOME


def drilled(*arguments: str) -> tuple[int, dict[str, dict]]:
    """The exit status, and what was found by part."""
    out, status = StringIO(), 0
    try:
        call_command("drill", "--json", *arguments, stdout=out)
    except SystemExit as end:
        status = end.code
    return status, {found["part"]: found for found in map(json.loads, out.getvalue().splitlines())}


@sqlite
def test_a_backup_is_tried_and_what_would_be_lost_is_said(newsroom, tmp_path):
    back_up(tmp_path / "backup.tar.zst")
    late = an_article("备份以后的稿件")
    status, found = drilled()
    assert status == 0, [told for told in found.values() if told["state"] != "ok"]
    assert "3 Article" in found["counts"]["what"]
    assert "1 publications" in found["loss"]["what"]
    same = int(found["pages"]["what"].split()[0])
    assert same >= 2
    assert late.get_absolute_url() not in found["pages"]["what"]
    assert last_drill()["state"] == "ok"
    assert not list(newsroom.glob(".drill-*"))
    (told,) = a_drill_was_done()
    assert told.state is HealthState.OK


def test_another_key_and_another_history_are_found(newsroom):
    seen = look(["/"])
    assert [finding.state for finding in (_of_keys(seen), _of_journal(seen))] == [HealthState.OK] * 2
    (newsroom / "letters.key").unlink()
    assert _of_keys(look([])).state is HealthState.BROKEN
    assert _of_journal(seen | {"ended": [2, "0" * 64]}).state is HealthState.BROKEN
    Entry.objects.filter(sequence=2)._raw_delete("default")
    assert _of_journal(look([])).state is HealthState.BROKEN


def test_a_damaged_backup_is_of_no_use(newsroom, tmp_path):
    target = tmp_path / "backup.tar.zst"
    target.write_bytes(b"half a backup")
    status, found = drilled(str(target))
    assert status == 2
    assert "can't be read" in found["restoration"]["what"]


def test_without_a_backup_it_asks_for_one(newsroom):
    with pytest.raises(CommandError):
        call_command("drill")
    (told,) = a_drill_was_done()
    assert told.remedy == "type: meiri drill"


def test_a_drill_is_asked_for_after_thirty_days(newsroom):
    made = timezone.localtime() - timedelta(days=31)
    noted = {"made": made.isoformat(), "file": "a", "state": "ok", "seconds": 1.0}
    (newsroom / LAST).write_text(json.dumps(noted))
    (told,) = a_drill_was_done()
    assert told.state is HealthState.WARNING
