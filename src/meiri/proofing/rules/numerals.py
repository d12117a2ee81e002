"""Chinese characters, and the digits that are written with them."""

HAN = "[\u4e00-\u9fff]"
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
CHINESE_DIGITS = "零一二三四五六七八九"


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def digit_of(character: str) -> int | None:
    return _DIGITS.get(character)
