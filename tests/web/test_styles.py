"""What style sheets say twice, because browsers of before 2024 have no `light-dark()`, is the same both times."""

import re

from meiri.web.bundles import PARTS, STYLES, bundle

TOKENS = (PARTS / "css" / "tokens.css").read_text()


def declarations(selector: str) -> list[str]:
    [block] = re.findall(re.escape(selector) + r" \{([^}]*)\}", TOKENS)
    return [line.strip() for line in block.strip().splitlines()]


def test_dark_is_the_same_whether_the_reader_or_the_system_chose_it():
    chosen = declarations(':root[data-theme="dark"]')
    assert "color-scheme: dark;" in chosen
    assert declarations(':root:not([data-theme="light"])') == chosen


def test_every_space_is_a_multiple_of_a_quarter_rem():
    spaces = re.findall(r"--space-(\d+): ([\d.]+)rem;", TOKENS)
    assert len(spaces) > 5
    for number, size in spaces:
        assert float(size) == int(number) / 4


def test_bundles_hold_sizes_in_place_of_tokens_of_space():
    for name, parts in STYLES.items():
        styles = bundle(f"{name}.css").content.decode()
        assert "--space" not in styles
        assert "rem" in styles or "tokens" not in parts
