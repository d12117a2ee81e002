import django.db.models.deletion
from django.db import migrations, models


def follow_pages(apps, schema_editor):
    """Topics lead to where their pages stand."""
    Topic, TopicPage = apps.get_model("sections", "Topic"), apps.get_model("fronts", "TopicPage")
    pages = TopicPage.objects.filter(topic__isnull=False).exclude(slug=models.F("topic__slug"))
    for topic, slug in pages.values_list("topic", "slug"):
        if len(slug) <= 40 and not Topic.objects.filter(slug=slug).exists():
            Topic.objects.filter(pk=topic).update(slug=slug)


class Migration(migrations.Migration):

    dependencies = [
        ('fronts', '0002_links_and_records'),
        ('sections', '0002_comment_days'),
    ]

    operations = [
        migrations.AlterField(
            model_name='topicpage',
            name='topic',
            field=models.OneToOneField(blank=True, error_messages={'unique': '这个专题已经有页面，请另选一个。'}, help_text='稿件归在哪个专题下。选了已有的专题，页面就用它的地址；不选则按标题新建。', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='page', to='sections.topic', verbose_name='专题'),
        ),
        migrations.RunPython(follow_pages, migrations.RunPython.noop),
    ]
