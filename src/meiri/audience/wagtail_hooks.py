"""What readers read, on the first screen of the newsroom."""

from wagtail import hooks
from wagtail.admin.ui.components import Component

from meiri.audience.counting import views_of
from meiri.audience.hot import hot_list, in_words


class ReadersPanel(Component):
    """The hot list with the views of each of its articles."""

    name = "readers"
    template_name = "audience/admin/readers.html"
    order = 20

    def get_context_data(self, parent_context):
        entries = hot_list()
        views = views_of([entry.article.pk for entry in entries])
        return {"lines": [(entry, in_words(views.get(entry.article.pk, 0)).strip()) for entry in entries]}


@hooks.register("construct_homepage_panels")
def what_readers_read(request, panels):
    panels.append(ReadersPanel())
