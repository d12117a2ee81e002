"""Sequences that `test_sequences.py` found once, done again one by one."""

import pytest

from tests.doors.test_sequences import Newsroom

pytestmark = pytest.mark.django_db

FOUND = {
    "a1_a_page_is_published_in_its_editor": [("publish_a_page", {"number": 0, "title": "关于"})],
    "a1_home_is_laid_out_anew": [("lay_out_home_anew", {"title": "今日焦点"})],
    "a2_a_page_is_unpublished": [("unpublish_a_page", {"number": 2})],
    "a2_a_page_is_deleted": [("delete_a_page", {"number": 2})],
    "a2_a_page_is_moved_below_home": [("move_a_page", {"number": 2})],
    "a4_a_picture_of_the_carousel_is_deleted": [("delete_its_picture", {"number": 3})],
    "a5_a_tag_with_a_slash": [("write_and_publish", {"title": "通信", "tag": "5G/6G"})],
    "a10_a_new_version_is_scheduled": [("schedule_a_new_version", {"number": 0})],
    "a25_a_page_is_copied_below_home": [("copy_a_page", {"number": 0})],
    "the_last_article_is_withdrawn": [("withdraw", {"number": n}) for n in range(4)],
}


@pytest.mark.parametrize("sequence", FOUND)
def test_readers_get_what_is_live_after(four_articles, stored_pages, sequence):
    newsroom = Newsroom()
    try:
        newsroom.begin()
        newsroom.readers_get_what_is_live()
        for deed, arguments in FOUND[sequence]:
            getattr(newsroom, deed)(**arguments)
            newsroom.readers_get_what_is_live()
    finally:
        newsroom.teardown()
