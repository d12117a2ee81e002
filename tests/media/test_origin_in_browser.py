"""An editor uploads a picture or a film with a label and changes it; readers open what is known, without a script."""

import os

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.media.labelled_samples import PRODUCER, a_labelled_file
from tests.media.recording_samples import recording

pytestmark = pytest.mark.xdist_group("newsroom browser")
ARTICLE = """
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.sections.models import Channel
picture = Picture.objects.get(title="带标识的图")
article = Article(title="有标识图片的稿件", channel=Channel.objects.first(), picture=picture, live=False)
article.body = [("text", "<p>正文第一段。</p>")]
article.save()
print(publish(article).get_absolute_url())
"""
FILM = """
from wagtail.documents.models import Document
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.sections.models import Channel
film = Document.objects.get(title="带标识的片子")
article = Article(title="有标识图片的稿件", channel=Channel.objects.first(), live=False)
value = {"file": film, "title": "会飞的船", "transcript": "", "poster": None, "captions": None, "download": False}
article.body = [("text", "<p>正文第一段。</p>"), ("video", value)]
article.save()
print(publish(article).get_absolute_url())
"""
# Other tests of this site take the article that stands first.
GONE = """
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
article = Article.objects.get(title="有标识图片的稿件")
withdraw(article, "测试用稿")
article.delete()
"""


@pytest.fixture
def phone(browser, site):
    """A reader's page, without scripts."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_a_label_goes_from_the_file_by_the_editor_to_readers(site, editor, phone, tmp_path):
    (tmp_path / "a.jpg").write_bytes(
        a_labelled_file("JPEG", Image.effect_noise((1400, 900), 60).convert("RGB"))
    )
    page = editor.new_page()
    page.goto("/admin/images/add/")
    page.get_by_label("文件").set_input_files(tmp_path / "a.jpg")
    page.get_by_label("标题").fill("带标识的图")
    page.get_by_role("button", name="上传").click()
    page.get_by_role("link", name="带标识的图").first.click()
    expect(page.get_by_role("heading", name="来源与标识")).to_be_visible()
    expect(page.get_by_text(PRODUCER).first).to_be_visible()
    expect(page.get_by_label("供图", exact=True)).to_have_value("每日图片社")

    page.get_by_label("AI 标识").select_option("")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("不能删除").first).to_be_visible()
    page.get_by_label("AI 标识").select_option("疑似人工智能生成")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("请写明理由").first).to_be_visible()
    expect(page.locator("section[aria-labelledby=origin-title] dd").first).to_have_text("人工智能生成")
    page.get_by_label("减弱标识的理由").fill("作者补交了原片")
    if folder := os.environ.get("MEIRI_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/form.png", full_page=True)
    page.get_by_role("button", name="保存").click()

    phone.goto(site.run(ARTICLE).strip().splitlines()[-1])
    mark = phone.locator("picture[data-ai]").first
    expect(mark).to_have_attribute("data-ai", "疑似 AI 生成")
    opened = phone.locator("details.origin")
    expect(opened.get_by_text(PRODUCER).first).to_be_hidden()
    opened.locator("summary").click()
    expect(opened.get_by_text(PRODUCER).first).to_be_visible()
    expect(opened.get_by_text("作者补交了原片")).to_be_visible()
    if folder:
        phone.screenshot(path=f"{folder}/phone.png", full_page=True)
        phone.set_viewport_size({"width": 1440, "height": 900})
        phone.screenshot(path=f"{folder}/wide.png", full_page=True)
    site.run(GONE)


def test_a_films_label_goes_from_the_file_by_the_editor_to_readers(site, editor, phone, tmp_path):
    (tmp_path / "a.mp4").write_bytes(recording("mp4"))
    page = editor.new_page()
    page.goto("/admin/documents/add/")
    page.get_by_label("文件").set_input_files(tmp_path / "a.mp4")
    page.get_by_label("标题").fill("带标识的片子")
    page.get_by_role("button", name="上传").click()
    page.get_by_role("link", name="带标识的片子").first.click()
    expect(page.get_by_role("heading", name="来源与标识")).to_be_visible()
    expect(page.get_by_label("AI 内容的生成编号")).to_have_value("film-7")
    page.get_by_label("AI 标识").select_option("疑似人工智能生成")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("请写明理由").first).to_be_visible()
    page.get_by_label("减弱标识的理由").fill("作者补交了素材")
    page.get_by_label("署名").fill("周行 摄")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="带标识的片子").first.click()
    expect(page.get_by_text("已写入文件")).to_be_visible()
    if folder := os.environ.get("MEIRI_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/film-form.png", full_page=True)

    phone.goto(site.run(FILM).strip().splitlines()[-1])
    expect(phone.locator("figure.recording")).to_have_attribute("data-ai", "疑似 AI 生成")
    opened = phone.locator("details.origin")
    expect(opened.get_by_text("film-7")).to_be_hidden()
    opened.locator("summary").click()
    for told in ("film-7", "作者补交了素材", "周行 摄", "© 2026 每日影像"):
        expect(opened.get_by_text(told).first).to_be_visible()
    if folder:
        phone.screenshot(path=f"{folder}/film-phone.png", full_page=True)
    site.run(GONE)
