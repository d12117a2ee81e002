"""What the processes of test_serving.py do: hold, hold_writers, navigation LABEL, retitle ARTICLE TITLE, document LENGTH,
picture NAME LENGTH."""

import fcntl
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from wagtail.documents.models import Document  # noqa: E402

from meiri.newsroom.models import Article  # noqa: E402
from meiri.newsroom.publishing import publish  # noqa: E402
from meiri.sections.models import NavigationItem  # noqa: E402


def hold():
    """Lock everybody out of the database, readers too, until the standard input ends."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN EXCLUSIVE")
        # SQLite's write-ahead log lets readers pass even so. Its locks lie at bytes 120-127 of the shared memory.
        with open(f"{settings.HOME}/meiri.sqlite3-shm", "r+b") as shared:
            fcntl.lockf(shared, fcntl.LOCK_EX, 5, 123)
            print("held", flush=True)
            sys.stdin.read()


@transaction.atomic
def hold_writers():
    """Let nobody else write to the database until the standard input ends."""
    print("held", flush=True)
    sys.stdin.read()


def navigation(label):
    item = NavigationItem.objects.first()
    item.label = label
    item.save()


def retitle(number, title):
    article = Article.objects.get(pk=number)
    article.title = title
    publish(article)


def document(length):
    """Store a document of so many bytes, digits in turn, and print its address."""
    content = b"0123456789" * (int(length) // 10)
    stored = Document.objects.create(title="录像", file=ContentFile(content, "a.mp4"))
    print(stored.url, flush=True)


def picture(name, length):
    """Store a file of so many zeros as a size of a picture."""
    default_storage.save(f"pictures/{name}", ContentFile(bytes(int(length))))


command, *arguments = sys.argv[1:]
{
    "hold": hold,
    "hold_writers": hold_writers,
    "navigation": navigation,
    "retitle": retitle,
    "document": document,
    "picture": picture,
}[command](*arguments)
