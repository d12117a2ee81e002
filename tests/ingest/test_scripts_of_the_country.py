"""Articles in Uyghur, Tibetan and Mongolian come whole: every paragraph, its digits and marks, in its own script."""

import pytest

from meiri.ingest.html import read_page
from meiri.ingest.sanitise import plain
from meiri.ingest.text import read_lines

ARTICLES = {
    "ug": (
        "كۈتۈپخانا كەچلىك ئوقۇش زالىنى ئاچتى",
        [
            "بۈگۈن سەھەردە چېڭجياڭ شەھىرىنىڭ مەركىزىدىكى كۈتۈپخانا كەچلىك ئوقۇش زالىنى قايتىدىن ئاچتى، 2024-يىلى 3-ئاينىڭ 5-كۈنىدىن باشلاپ ھەر كۈنى سائەت 22:00 غىچە ئېچىلىدۇ.",
            "«بالىلار ئۈچۈن يېڭى كىتابلار كەلدى» دېدى كۈتۈپخانا باشلىقى.",
            "ئوقۇرمەنلەر سانى ئالدىنقى يىلدىكىدىن 1,250 كىشى كۆپ بولدى؟ ياق، تېخىمۇ كۆپ.",
        ],
    ),
    "bo": (
        "དཔེ་མཛོད་ཁང་གི་མཚན་མོའི་ཀློག་ཁང་།",
        [
            "དེ་རིང་ཞོགས་པར་ཁྲིན་ཅཱང་གྲོང་ཁྱེར་གྱི་དཔེ་མཛོད་ཁང་གིས་མཚན་མོའི་ཀློག་ཁང་སླར་ཡང་སྒོ་ཕྱེས་པ་དང་ ༢༠༢༤ལོའི་ཟླ་༣པའི་ཚེས་༥ནས་བཟུང་ཉིན་ལྟར་དུས་ཚོད་༢༢བར་སྒོ་འབྱེད་ཀྱི་ཡོད།",
            "བྱིས་པ་ཚོར་དཔེ་ཆ་གསར་པ་འབྱོར་སོང་ཞེས་དཔེ་མཛོད་ཁང་གི་འགན་འཛིན་གྱིས་བཤད།",
            "ཀློག་པ་པོའི་གྲངས་འབོར་ན་ནིང་ལས་མི་ ༡༢༥༠ འཕར་ཡོད།",
        ],
    ),
    "mn": (
        "ᠨᠣᠮ ᠤᠨ ᠰᠠᠩ ᠰᠥᠨᠢ ᠳᠦ ᠨᠡᠭᠡᠭᠡᠪᠡ",
        [
            "ᠥᠨᠥᠳᠥᠷ ᠥᠷᠯᠥᠭᠡ ᠴᠧᠩ ᠵᠢᠶᠠᠩ ᠬᠣᠲᠠ ᠶᠢᠨ ᠨᠣᠮ ᠤᠨ ᠰᠠᠩ ᠰᠥᠨᠢ ᠶᠢᠨ ᠤᠩᠰᠢᠯᠭᠠ ᠶᠢᠨ ᠲᠠᠩᠬᠢᠮ ᠢᠶᠠᠨ ᠳᠠᠬᠢᠨ ᠨᠡᠭᠡᠭᠡᠪᠡ᠂ 2024 ᠣᠨ ᠤ 3 ᠰᠠᠷ᠎ᠠ ᠶᠢᠨ 5 ᠡᠴᠡ ᠡᠬᠢᠯᠡᠨ ᠡᠳᠥᠷ ᠪᠦᠷᠢ ᠨᠡᠭᠡᠭᠡᠨ᠎ᠡ᠃",
            "ᠬᠡᠦᠬᠡᠳ ᠲᠦ ᠰᠢᠨ᠎ᠡ ᠨᠣᠮ ᠢᠷᠡᠪᠡ ᠭᠡᠵᠦ ᠨᠣᠮ ᠤᠨ ᠰᠠᠩ ᠤᠨ ᠳᠠᠷᠤᠭ᠎ᠠ ᠬᠡᠯᠡᠪᠡ᠃",
            "ᠤᠩᠰᠢᠭᠴᠢ ᠶᠢᠨ ᠲᠣᠭ᠎ᠠ 1250 ᠬᠦᠮᠦᠨ ᠢᠶᠡᠷ ᠨᠡᠮᠡᠭᠳᠡᠪᠡ᠃",
        ],
    ),
}


@pytest.mark.parametrize("language", ARTICLES)
def test_an_article_is_whole_from_a_page_and_from_copied_text(language):
    title, paragraphs = ARTICLES[language]
    others = "".join(f'<li><a href="/{n}">{text[:24]}</a></li>' for n, text in enumerate(paragraphs))
    page = (
        f"<html><head><title>{title} - 澄江新闻网</title></head><body><ul>{others}</ul><div class='main'><h1>{title}</h1>"
        f"<div>2024-03-05 10:32 来源：澄江日报</div><div class='content'>{''.join(f'<p>{p}</p>' for p in paragraphs)}</div></div>"
        "<div class='foot'>澄ICP备00000001号</div></body></html>"
    )
    copied = "\n\n".join([title, "2024-03-05 10:32 来源：澄江日报", *paragraphs])
    for article in (read_page(page), read_lines(copied)):
        assert article.title == title
        assert plain(article.body).split("\n") == paragraphs
        assert (article.language, article.source) == (language, "澄江日报")
        assert article.published_at.isoformat() == "2024-03-05T10:32:00+08:00"
        assert article.left_out == []


def test_arabic_and_persian_are_not_taken_for_uyghur():
    arabic = "أعلنت بلدية المدينة صباح اليوم عن افتتاح المكتبة العامة بعد أعمال ترميم استمرت عامين."
    assert read_lines(f"افتتاح المكتبة العامة\n\n{arabic}").language == ""


def test_copied_text_of_an_alphabet_may_have_a_headline_of_many_words():
    article = read_lines(
        "Rivers of the north are getting cleaner, year by year\n\nVolunteers met at noon. They went on.\n\nA second one."
    )
    assert article.title == "Rivers of the north are getting cleaner, year by year"
