import wagtail.fields
from django.db import migrations, models


def take_over_designs(apps, schema_editor):
    """The design of a topic, which no page showed, becomes that of its page."""
    for page in apps.get_model("fronts", "TopicPage").objects.exclude(topic=None).select_related("topic"):
        page.design = page.topic.design
        page.save(update_fields=["design"])


class Migration(migrations.Migration):

    dependencies = [
        ('fronts', '0010_advertisements'),
        ('sections', '0004_subsections'),
    ]

    operations = [
        migrations.AddField(
            model_name='topicpage',
            name='design',
            field=models.CharField(choices=[('standard', '头条与列表'), ('timeline', '时间线'), ('wall', '图片墙'), ('video', '视频'), ('opinion', '观点'), ('questions', '问答'), ('interviews', '访谈')], default='standard', help_text='“最新报道”的样子；各分栏另选自己的。预览里看得到。', max_length=10, verbose_name='版式'),
        ),
        migrations.AlterField(
            model_name='topicpage',
            name='body',
            field=wagtail.fields.StreamField([('articles', 6), ('text', 7), ('timeline', 13), ('picture', 16)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'label': '小标题', 'max_length': 40}), 1: ('wagtail.blocks.CharBlock', (), {'label': '说明', 'max_length': 120, 'required': False}), 2: ('wagtail.snippets.blocks.SnippetChooserBlock', ('newsroom.Article',), {}), 3: ('wagtail.blocks.ListBlock', (2,), {'default': [], 'label': '稿件'}), 4: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('report', '报道'), ('flash', '快讯'), ('gallery', '组图'), ('video', '视频'), ('interview', '访谈'), ('opinion', '评论')], 'help_text': '选一种体裁，本专题的这类稿件自动排在选编的后面。', 'label': '自动收入', 'required': False}), 5: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('standard', '头条与列表'), ('timeline', '时间线'), ('wall', '图片墙'), ('video', '视频'), ('opinion', '观点'), ('questions', '问答'), ('interviews', '访谈')], 'label': '版式'}), 6: ('wagtail.blocks.StructBlock', [[('heading', 0), ('intro', 1), ('articles', 3), ('fills_with', 4), ('design', 5)]], {}), 7: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'link', 'ol', 'ul'], 'label': '文字'}), 8: ('wagtail.blocks.CharBlock', (), {'default': '时间线', 'label': '小标题', 'max_length': 40}), 9: ('wagtail.blocks.DateBlock', (), {'label': '日期'}), 10: ('wagtail.blocks.CharBlock', (), {'label': '事件'}), 11: ('wagtail.blocks.StructBlock', [[('date', 9), ('text', 10)]], {}), 12: ('wagtail.blocks.ListBlock', (11,), {'label': '事件'}), 13: ('wagtail.blocks.StructBlock', [[('heading', 8), ('events', 12)]], {}), 14: ('wagtail.images.blocks.ImageChooserBlock', (), {'label': '图片'}), 15: ('wagtail.blocks.CharBlock', (), {'label': '说明', 'required': False}), 16: ('wagtail.blocks.StructBlock', [[('image', 14), ('caption', 15)]], {'icon': 'image', 'label': '图片'})}, verbose_name='版面'),
        ),
        migrations.RunPython(take_over_designs, migrations.RunPython.noop),
    ]
