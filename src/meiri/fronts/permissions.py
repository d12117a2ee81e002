"""Who lays out pages, keeps friend links and says what the site is called: the fronts belong to the nation."""

from meiri.newsroom.roles import CHIEFS, EDITORS_IN_CHIEF, Role, grant, permissions, whole


def start() -> None:
    grant(
        CHIEFS,
        Role(
            (*whole("fronts", "friendlink", "noticebar"), "fronts.change_sitesettings"),
            on_pages=permissions("wagtailcore", "add_page", "change_page", "publish_page", "bulk_delete_page")
            + permissions("wagtailcore", "lock_page", "unlock_page"),
        ),
    )
    # The gravest of what can be done to all pages at once.
    grant(EDITORS_IN_CHIEF, Role(whole("fronts", "greying")))
