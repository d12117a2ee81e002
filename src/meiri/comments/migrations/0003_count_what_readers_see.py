from django.db import migrations
from django.db.models import Count, F


def count_what_readers_see(apps, schema_editor):
    """Replies to comments that readers don't see were counted: take them from the counts."""
    comments, counts = apps.get_model('comments', 'Comment'), apps.get_model('comments', 'CommentCount')
    hidden = comments.objects.filter(state='approved', reply_to__isnull=False).exclude(reply_to__state='approved')
    number_of = hidden.order_by().values('article').annotate(number=Count('pk')).values_list('article', 'number')
    for article, number in number_of.iterator(chunk_size=1000):
        counts.objects.filter(pk=article, approved__gte=number).update(approved=F('approved') - number)


class Migration(migrations.Migration):

    dependencies = [('comments', '0002_taking_part')]

    operations = [migrations.RunPython(count_what_readers_see, migrations.RunPython.noop)]
