"""Mail that is queued, and certificates that the system trusts for a test."""

import pytest
import trustme


@pytest.fixture
def queued(db, settings):
    """Mail goes to the queue, as on a site with a server."""
    settings.EMAIL_BACKEND = "meiri.mail.queueing.QueueBackend"
    settings.EMAIL_URL = "smtp://mail.paper.example"
    settings.EMAIL_FROM = settings.DEFAULT_FROM_EMAIL = "每日新闻网 <notice@paper.example>"
    settings.EMAIL_REPLY_TO = ""
    return settings


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made
