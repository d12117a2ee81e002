"""The data folder is its owner's alone."""

import os
import stat
from pathlib import Path

import pytest

from meiri.file_modes import close_folder, make_public_folder, open_to_group


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path) -> Path:
    """A data folder as everybody could read it."""
    folder = tmp_path / "home"
    for path in (
        "outbox/1.log",
        "views/a.log",
        "pages/keji/index.html",
        "media/pictures/1.png",
        "secret.key",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def test_b8_what_others_could_read_is_closed(home):
    close_folder(home)
    assert mode(home) == mode(home / "outbox") == mode(home / "views") == 0o700
    for path in ("outbox/1.log", "views/a.log", "secret.key"):
        assert mode(home / path) == 0o600
    assert mode(home / "pages") == mode(home / "media") == 0o750


def test_b8_an_operator_may_let_the_group_pass_to_what_is_public(home):
    home.chmod(0o710)
    close_folder(home)
    assert mode(home) == 0o710


def test_b8_nothing_behind_a_link_is_touched(home, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").touch(mode=0o644)
    (home / "archive").symlink_to(outside)
    (home / "outbox" / "other").symlink_to(outside / "file")
    before = mode(outside), mode(outside / "file")
    close_folder(home)
    assert (mode(outside), mode(outside / "file")) == before


def test_b8_public_folders_are_open_to_the_group_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        make_public_folder(str(tmp_path / "pages/keji/2026"))
        (tmp_path / "pages/keji/a.css").write_text("x")
    finally:
        os.umask(before)
    open_to_group(tmp_path / "pages")
    assert mode(tmp_path / "pages/keji/2026") == 0o750
    assert mode(tmp_path / "pages/keji/a.css") == 0o640
