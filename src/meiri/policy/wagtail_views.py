"""Who may open the views that Wagtail brings. What is asked here comes before what Wagtail's views ask themselves."""

from functools import partial
from typing import Any

from django.conf import settings
from wagtail.documents import get_document_model_string
from wagtail.images import get_image_model_string
from wagtail.snippets.models import get_snippet_models

from meiri.policy.gate import (
    admit,
    admit_namespace,
    are_all_open,
    each,
    everybody,
    found,
    model_in_address,
    model_of,
    one,
    shut,
    somewhere,
)
from meiri.policy.rules import may

PAGE, PICTURE, DOCUMENT = "wagtailcore.Page", get_image_model_string(), get_document_model_string()
ARTICLE = "newsroom.Article"
COLLECTION, TASK, WORKFLOW = "wagtailcore.Collection", "wagtailcore.Task", "wagtailcore.Workflow"
REDIRECT, GROUP, USER = "wagtailredirects.Redirect", "auth.Group", settings.AUTH_USER_MODEL

# Of one thing of a model whose views Wagtail makes: what each view's name asks.
ONE = {
    "edit": "change",
    "delete": "delete",
    "unpublish": "publish",
    "revisions_unschedule": "publish",
    "reorder": "change",
    "lock": "see",
    "unlock": "see",
    "copy": "see",
    "usage": "see",
    "history": "see",
    "history_results": "see",
    "inspect": "see",
    "preview_on_edit": "change",
    "revisions_view": "see",
    "revisions_revert": "change",
    "revisions_compare": "see",
    "workflow_action": "see",
    "collect_workflow_action_data": "see",
    "confirm_workflow_cancellation": "see",
    "workflow_history": "see",
    "workflow_history_detail": "see",
    "workflow_preview": "see",
}
ANY = {
    "list": "see",
    "list_results": "see",
    "index": "see",
    "index_results": "see",
    "add": "add",
    "preview_on_add": "add",
}


def views_of(model: str, name: str):
    """What is asked before a view of a model opens, by the names that Wagtail's viewsets give."""
    if name in ONE:
        return one(model, "pk", ONE[name])
    return somewhere(model, ANY[name]) if name in ANY else None


def choosers_of(model: str, name: str):
    match name:
        case "choose" | "choose_results":
            return somewhere(model, "choose")
        case "chosen":
            return one(model, "pk", "choose")
        case "chosen_multiple":
            return each(model, "choose")
        case "create":
            return somewhere(model, "add")
    return None


def bulk(request, kwargs) -> bool:
    """An action on many rows shows their titles before anything is done: all of them must be open to the user."""
    model = model_of(kwargs["app_label"], kwargs["model_name"])
    if kwargs["action"] == "delete" and model._meta.label == ARTICLE and "all" in request.GET.getlist("id"):
        return False  # a whole archive is not what anybody means
    if "all" in request.GET.getlist("id"):
        return may(request.user, "change", model)
    return are_all_open(request.user, model, request.GET.getlist("id"), "see")


def edited_together(request, kwargs) -> bool:
    model = model_of(kwargs["app_label"], kwargs["model_name"])
    return may(request.user, "see", found(model, kwargs["object_id"]))


def task_of_ours(request, kwargs) -> bool:
    """Reviews that ask for the desk; Wagtail's own ask for groups alone."""
    return kwargs["app_label"] == "newsroom" and may(request.user, "add", model_of("wagtailcore", "task"))


def who_writes(request, kwargs) -> bool:
    """Those who write articles or lay out pages."""
    return any(may(request.user, "see", model_of(*label.split("."))) for label in (ARTICLE, PAGE))


def who_may_look_below(request, kwargs) -> bool:
    """Writers choose among the pages below one that readers see, or that they may choose themselves."""
    page: Any = found(model_of(*PAGE.split(".")), kwargs["parent_page_id"])
    return who_writes(request, kwargs) and (page.live or may(request.user, "choose", page))


_of_page = partial(one, PAGE, "page_id")

PAGES = {
    "wagtailadmin_explore_root": somewhere(PAGE, "see"),
    "wagtailadmin_explore": somewhere(PAGE, "see"),
    "wagtailadmin_explore_results": somewhere(PAGE, "see"),
    "wagtailadmin_api:pages:listing": somewhere(PAGE, "see"),
    "wagtailadmin_api:pages:detail": one(PAGE, "pk", "see"),
    "wagtailadmin_api:pages:find": somewhere(PAGE, "see"),
    "wagtailadmin_api:pages:action": shut("No screen sends it; pages are changed by their forms."),
    "wagtailadmin_pages:add": one(PAGE, "parent_page_id", "see"),
    "wagtailadmin_pages:preview_on_add": one(PAGE, "parent_page_id", "see"),
    "wagtailadmin_pages:add_subpage": one(PAGE, "parent_page_id", "see"),
    "wagtailadmin_pages:type_use": somewhere(PAGE, "see"),
    "wagtailadmin_pages:type_use_results": somewhere(PAGE, "see"),
    "wagtailadmin_pages:choose_parent": somewhere(PAGE, "add"),
    "wagtailadmin_pages:search": somewhere(PAGE, "see"),
    "wagtailadmin_pages:search_results": somewhere(PAGE, "see"),
    "wagtailadmin_pages:edit": _of_page("see"),
    "wagtailadmin_pages:preview_on_edit": _of_page("see"),
    "wagtailadmin_pages:view_draft": _of_page("see"),
    "wagtailadmin_pages:usage": _of_page("see"),
    "wagtailadmin_pages:delete": _of_page("delete"),
    "wagtailadmin_pages:unpublish": _of_page("publish"),
    "wagtailadmin_pages:convert_alias": _of_page("change"),
    "wagtailadmin_pages:move": one(PAGE, "page_to_move_id", "see"),
    "wagtailadmin_pages:move_confirm": one(PAGE, "page_to_move_id", "see"),
    "wagtailadmin_pages:set_page_position": one(PAGE, "page_to_move_id", "see"),
    "wagtailadmin_pages:copy": _of_page("see"),
    "wagtailadmin_pages:workflow_action": _of_page("see"),
    "wagtailadmin_pages:collect_workflow_action_data": _of_page("see"),
    "wagtailadmin_pages:confirm_workflow_cancellation": _of_page("see"),
    "wagtailadmin_pages:workflow_preview": _of_page("see"),
    "wagtailadmin_pages:workflow_history": _of_page("see"),
    "wagtailadmin_pages:workflow_history_detail": _of_page("see"),
    "wagtailadmin_pages:set_privacy": _of_page("publish"),
    "wagtailadmin_pages:lock": _of_page("see"),
    "wagtailadmin_pages:unlock": _of_page("see"),
    "wagtailadmin_pages:revisions_index": _of_page("see"),
    "wagtailadmin_pages:revisions_view": _of_page("see"),
    "wagtailadmin_pages:revisions_revert": _of_page("change"),
    "wagtailadmin_pages:revisions_unschedule": _of_page("publish"),
    "wagtailadmin_pages:revisions_compare": one(PAGE, "pk", "see"),
    "wagtailadmin_pages:history": _of_page("see"),
    "wagtailadmin_pages:history_results": _of_page("see"),
    "wagtailadmin_choose_page": who_writes,
    "wagtailadmin_choose_page_child": who_may_look_below,
    "wagtailadmin_choose_page_search": who_writes,
    "wagtailadmin_choose_page_chosen_multiple": each(PAGE, "choose"),
    "wagtailadmin_choose_page_external_link": who_writes,
    "wagtailadmin_choose_page_email_link": who_writes,
    "wagtailadmin_choose_page_phone_link": who_writes,
    "wagtailadmin_choose_page_anchor_link": who_writes,
}

MEDIA = {
    "wagtailadmin_api:images:listing": shut("No screen asks for it; the chooser shows pictures."),
    "wagtailadmin_api:images:detail": shut("No screen asks for it; the chooser shows pictures."),
    "wagtailadmin_api:images:find": shut("No screen asks for it; the chooser shows pictures."),
    "wagtailadmin_api:documents:listing": shut("No screen asks for it; the chooser shows documents."),
    "wagtailadmin_api:documents:detail": shut("No screen asks for it; the chooser shows documents."),
    "wagtailadmin_api:documents:find": shut("No screen asks for it; the chooser shows documents."),
    "wagtailimages:index": somewhere(PICTURE, "add", "change"),
    "wagtailimages:index_results": somewhere(PICTURE, "add", "change"),
    "wagtailimages:add": somewhere(PICTURE, "add"),
    "wagtailimages:edit": one(PICTURE, "image_id", "change"),
    "wagtailimages:delete": one(PICTURE, "image_id", "delete"),
    "wagtailimages:image_usage": one(PICTURE, "image_id", "change"),
    "wagtailimages:preview": one(PICTURE, "image_id", "choose", "change"),
    "wagtailimages:url_generator": shut("Pictures have their sizes; no address makes others."),
    "wagtailimages:url_generator_output": shut("Pictures have their sizes; no address makes others."),
    "wagtailimages:add_multiple": somewhere(PICTURE, "add"),
    "wagtailimages:edit_multiple": one(PICTURE, "image_id", "change"),
    "wagtailimages:delete_multiple": one(PICTURE, "image_id", "delete"),
    "wagtailimages:create_multiple_from_uploaded_image": shut(
        "No file waits for its form: each is stored or refused."
    ),
    "wagtailimages:delete_upload_multiple": shut("No file waits for its form: each is stored or refused."),
    "wagtailimages_chooser:select_format": one(PICTURE, "image_id", "choose"),
    "wagtaildocs:index": somewhere(DOCUMENT, "add", "change"),
    "wagtaildocs:index_results": somewhere(DOCUMENT, "add", "change"),
    "wagtaildocs:add": somewhere(DOCUMENT, "add"),
    "wagtaildocs:edit": one(DOCUMENT, "document_id", "change"),
    "wagtaildocs:delete": one(DOCUMENT, "document_id", "delete"),
    "wagtaildocs:document_usage": one(DOCUMENT, "document_id", "change"),
    "wagtaildocs:add_multiple": somewhere(DOCUMENT, "add"),
    "wagtaildocs:edit_multiple": one(DOCUMENT, "doc_id", "change"),
    "wagtaildocs:delete_multiple": one(DOCUMENT, "doc_id", "delete"),
    "wagtaildocs:create_multiple_from_uploaded_document": shut(
        "No file waits for its form: each is stored or refused."
    ),
    "wagtaildocs:delete_upload_multiple": shut("No file waits for its form: each is stored or refused."),
    "wagtailembeds:chooser": who_writes,
    "wagtailembeds:chooser_upload": who_writes,
    "wagtailadmin_collections:index": somewhere(COLLECTION, "add", "change", "delete"),
    "wagtailadmin_collections:add": somewhere(COLLECTION, "add"),
    "wagtailadmin_collections:edit": one(COLLECTION, "pk", "change"),
    "wagtailadmin_collections:delete": one(COLLECTION, "pk", "delete"),
    "wagtailadmin_collections:set_privacy": one(COLLECTION, "collection_id", "change"),
}

REVIEWS = {
    **{
        f"wagtailadmin_workflows:{name}": somewhere(WORKFLOW, "change") for name in ("index", "index_results")
    },
    "wagtailadmin_workflows:add": somewhere(WORKFLOW, "add"),
    "wagtailadmin_workflows:enable": somewhere(WORKFLOW, "change"),
    "wagtailadmin_workflows:disable": somewhere(WORKFLOW, "delete"),
    "wagtailadmin_workflows:edit": somewhere(WORKFLOW, "change"),
    "wagtailadmin_workflows:usage": somewhere(WORKFLOW, "change"),
    "wagtailadmin_workflows:usage_results": somewhere(WORKFLOW, "change"),
    "wagtailadmin_workflows:remove": somewhere(WORKFLOW, "change"),
    "wagtailadmin_workflows:add_task": task_of_ours,
    "wagtailadmin_workflows:select_task_type": somewhere(TASK, "add"),
    "wagtailadmin_workflows:task_index": somewhere(TASK, "change"),
    "wagtailadmin_workflows:task_index_results": somewhere(TASK, "change"),
    "wagtailadmin_workflows:edit_task": somewhere(TASK, "change"),
    "wagtailadmin_workflows:disable_task": somewhere(TASK, "delete"),
    "wagtailadmin_workflows:enable_task": somewhere(TASK, "change"),
    "wagtailadmin_workflows:task_chooser": somewhere(WORKFLOW, "add", "change"),
    "wagtailadmin_workflows:task_chooser_results": somewhere(WORKFLOW, "add", "change"),
    "wagtailadmin_workflows:task_chooser_create": shut("It makes reviews that ask for groups alone."),
    "wagtailadmin_workflows:task_chosen": somewhere(WORKFLOW, "add", "change"),
}

# Lists over everything, without an end: for those who answer for everything.
REPORTS = {
    **{
        f"wagtailadmin_reports:{name}{results}": somewhere("journal.Entry", "see")
        for name in ("workflow", "workflow_tasks", "site_history", "locked_pages")
        for results in ("", "_results")
    },
    **{
        f"wagtailadmin_reports:{name}{results}": shut("There are few pages, and home is changed daily.")
        for name in ("aging_pages", "page_types_usage")
        for results in ("", "_results")
    },
}

SITE = {
    "wagtailadmin_home": everybody,
    "wagtailadmin_account": everybody,
    "wagtailadmin_dismissibles": everybody,
    "wagtail_bulk_action": bulk,
    "wagtailadmin_error_test": shut("It raises an error."),
    "wagtailadmin_tag_autocomplete": who_writes,
    "wagtailadmin_tag_model_autocomplete": who_writes,
    "wagtailadmin_editing_sessions:ping": edited_together,
    "wagtailadmin_editing_sessions:release": everybody,  # of one's own
    "wagtailadmin_block_preview": who_writes,
    **{
        f"wagtailadmin_password_reset{step}": shut("Passwords are changed under /members/.")
        for step in ("", "_done", "_confirm", "_complete")
    },
    "wagtailsettings:edit": model_in_address("app_name", "model_name", "change"),
    "wagtailsettings:preview_on_edit": model_in_address("app_name", "model_name", "change"),
    "wagtailredirects:index": somewhere(REDIRECT, "add", "change", "delete"),
    "wagtailredirects:index_results": somewhere(REDIRECT, "add", "change", "delete"),
    "wagtailredirects:add": somewhere(REDIRECT, "add"),
    "wagtailredirects:edit": one(REDIRECT, "redirect_id", "change"),
    "wagtailredirects:delete": one(REDIRECT, "redirect_id", "delete"),
    "wagtailredirects:start_import": somewhere(REDIRECT, "add"),
    "wagtailredirects:process_import": somewhere(REDIRECT, "add"),
    "wagtailsnippets:index": shut("Each kind has its place in the menu."),
}


def register() -> None:
    """Enter Wagtail's views in the table. Call it when all snippets are registered."""
    for views in (PAGES, MEDIA, REVIEWS, REPORTS, SITE):
        admit(views)
    for model in get_snippet_models():
        viewset, label = model.snippet_viewset, model._meta.label
        admit_namespace(viewset.get_url_name("list").rpartition(":")[0], partial(views_of, label))
        admit_namespace(viewset.chooser_viewset.url_namespace, partial(choosers_of, label))
    admit_namespace("wagtailimages_chooser", partial(choosers_of, PICTURE))
    admit_namespace("wagtaildocs_chooser", partial(choosers_of, DOCUMENT))
    admit_namespace("wagtailusers_users", partial(views_of, USER))
    admit_namespace("wagtailusers_groups", partial(views_of, GROUP))
    admit_namespace("wagtailsites", lambda name: shut("There is one site, by its settings."))
