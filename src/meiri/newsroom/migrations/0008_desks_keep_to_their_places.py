"""Bring a newsroom that is there already under the rules of places.

Reviews by group become reviews by the desks that look after an article; what stations filed gets its station as home; desks
change pictures and documents of their own collection, and no page of the nation.
"""

from django.db import migrations
from django.db.models import Count

MOVED = ["add_image", "change_image", "delete_image", "add_document", "change_document", "delete_document"]


def reviews_ask_for_the_desk(apps, schema_editor):
    task_class = apps.get_model("wagtailcore", "Task")
    by_group = apps.get_model("wagtailcore", "GroupApprovalTask")
    review = apps.get_model("newsroom", "ReviewTask")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="newsroom", model="reviewtask"
    )
    for task in by_group.objects.all():
        row = review(groupapprovaltask_ptr_id=task.pk)
        row.__dict__.update({k: v for k, v in task.__dict__.items() if k != "_state"})
        row.save_base(raw=True)
        task_class.objects.filter(pk=task.pk).update(content_type_id=content_type.pk)


def stations_look_after_what_they_filed(apps, schema_editor):
    article_class = apps.get_model("newsroom", "Article")
    proposal = apps.get_model("newsroom", "Proposal")
    through = article_class.stations.through
    for desk in apps.get_model("newsroom", "Desk").objects.filter(channels=None).prefetch_related("stations"):
        stations = [station.pk for station in desk.stations.all()]
        people = desk.group.user_set.annotate(number=Count("groups")).filter(number=1).values("pk")
        filed = article_class.objects.filter(created_by__in=people, home_station=None)
        rows = through.objects.filter(article__in=filed, station__in=stations).order_by("article_id", "pk")
        homes = {}
        for article, station in rows.values_list("article_id", "station_id"):
            homes.setdefault(article, station)
        for article, station in homes.items():
            article_class.objects.filter(pk=article).update(home_station=station)
        # What its channel lists today it goes on to list.
        listed = article_class.objects.filter(pk__in=homes, first_published_at__isnull=False)
        for article, channel in listed.values_list("pk", "channel_id"):
            proposal.objects.create(article_id=article, channel_id=channel, state="accepted")


def desks_change_what_is_theirs(apps, schema_editor):
    desks = apps.get_model("newsroom", "Desk").objects.select_related("group")
    apps.get_model("wagtailcore", "GroupPagePermission").objects.filter(group__desk__in=desks).delete()
    collection = apps.get_model("wagtailcore", "Collection")
    root = collection.objects.filter(depth=1).order_by("path").first()
    granted = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for desk in desks if root else []:
        here = granted.objects.filter(group=desk.group, collection=root, permission__codename__in=MOVED)
        if here.exists():
            here.update(collection=_child(collection, root, desk.group.name))


def _child(collection, root, name):
    """The collection `name` below the root, made where there is none. The tree is kept by paths of four characters a level."""
    children = collection.objects.filter(depth=2, path__startswith=root.path)
    if found := children.filter(name=name).first():
        return found
    last = children.order_by("-path").first()
    step = int(last.path[-4:], 36) + 1 if last else 1
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    path = root.path + "".join(digits[step // 36**n % 36] for n in (3, 2, 1, 0))
    made = collection.objects.create(name=name, path=path, depth=2, numchild=0)
    collection.objects.filter(pk=root.pk).update(numchild=children.count())
    return made


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0007_places_and_reviews"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(reviews_ask_for_the_desk, migrations.RunPython.noop),
        migrations.RunPython(stations_look_after_what_they_filed, migrations.RunPython.noop),
        migrations.RunPython(desks_change_what_is_theirs, migrations.RunPython.noop),
    ]
