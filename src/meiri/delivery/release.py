"""What pages are made with: when it differs from the last time, all pages are made again."""

import hashlib
from pathlib import Path

from django.conf import settings

_MAKING = {".py", ".html", ".css", ".js", ".svg", ".mo"}


def release() -> str:
    """A digest over the package's code, templates and styles, and over the settings that pages show."""
    shown = (code(), settings.BASE_URL, settings.TIME_ZONE)
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()


def code() -> str:
    """A digest over the names, sizes and times of the package's files."""
    digest = hashlib.sha256()
    package = Path(settings.PACKAGE_DIR)
    for path in sorted(p for p in package.rglob("*") if p.suffix in _MAKING):
        status = path.stat()
        digest.update(f"{path.relative_to(package)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
