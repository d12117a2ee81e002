"""What the process that builds an index has to know of the site's kinds of blocks, asked of a process that has the site."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from meiri.newsroom.body.stored_words import StoredWords


def ask_the_site() -> dict[str, StoredWords]:
    """Where the words of each kind of block stand. The process that says so has ended when this returns, with its memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_words_of_kinds).result()


def _words_of_kinds() -> dict[str, StoredWords]:
    import django

    django.setup()
    from meiri.newsroom.body.stream import words_of_kinds

    return words_of_kinds()
