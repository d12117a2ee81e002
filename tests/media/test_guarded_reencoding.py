"""Pictures of outsiders are decoded in a process that they alone can take down."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from meiri.letters.attachments import accept
from meiri.media import guarded_reencoding
from meiri.media.adding_pictures import BOUNDS, PHRASES, Unusable, reencoded
from meiri.media.guarded_reencoding import GUARD, NotDrawn, drawn, for_the_library
from tests.media.samples import moving
from tests.media.test_reencoding import a_file
from tests.test_guarded import what_it_knows

MADE_BEFORE = a_file("JPEG")


def test_b11_the_process_that_draws_knows_nothing_of_the_site():
    with GUARD.process() as process:
        process.call(for_the_library, a_file("PNG"), BOUNDS, 1, 1280, 65_500)
        _, knows_django, _ = process.call(what_it_knows)
    assert not knows_django


def test_b11_a_picture_that_takes_too_much_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(GUARD, "limits", replace(GUARD.limits, memory=64 * 1024 * 1024))
    out = io.BytesIO()
    Image.new("RGB", (7000, 7000), "white").save(out, "PNG")
    with pytest.raises(Unusable, match="过于复杂"):
        reencoded(out.getvalue())


def test_b11_where_many_send_pictures_who_comes_is_asked_to_wait(monkeypatch):
    monkeypatch.setattr(GUARD, "patience", 0)
    with GUARD.process(), GUARD.process():
        with pytest.raises(Unusable, match="较多"):
            reencoded(a_file("PNG"))
        with pytest.raises(Exception, match="人较多"):
            accept(a_file("JPEG"))
    assert reencoded(a_file("PNG")).suffix == "png"


def test_b11_nothing_of_a_picture_is_decoded_in_this_process(monkeypatch):
    class Decoded(Exception):
        pass

    def decode(*arguments, **options):
        raise Decoded

    monkeypatch.setattr("PIL.Image.open", decode)
    assert reencoded(MADE_BEFORE).suffix == "jpg"
    assert accept(MADE_BEFORE).type == "image/jpeg"


@pytest.mark.parametrize("content", [b"", b"GIF89a", moving("GIF")[:80], a_file("PNG")[:60]])
def test_b11_a_broken_picture_is_refused_and_not_raised(content):
    with pytest.raises(Unusable):
        reencoded(content)


def test_b11_every_reason_has_its_words():
    assert set(PHRASES) == {*guarded_reencoding.PictureFault, *guarded_reencoding.Unfit}
    with pytest.raises(NotDrawn):
        drawn(for_the_library, b"x", BOUNDS, 1, 1280, 65_500)
