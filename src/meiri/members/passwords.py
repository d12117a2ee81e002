"""What makes a password easy to guess: that many have it, or that it is a name or a word in pinyin with a number that everybody
knows."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError

# Of a longer one nothing is looked at: it is no name with a date.
LONGEST = 40
MOST_SYLLABLES = 3
FEW_LETTERS, FEW_DIGITS = 3, 6
REFUSAL = "这个密码太容易被猜到，请不要用姓名拼音、常见词加上数字、生日或手机号。"

_SYLLABLE = (
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|a|o|e|i|u|v)"
)
_NAME = re.compile(rf"(?:{_SYLLABLE}){{1,{MOST_SYLLABLES}}}\Z")
_ALL_DIGITS = "01234567890123456789"
_KNOWN_NUMBERS = [
    # Of love, luck and order.
    re.compile("(?:520|521|1314|666|888|999|168|123|147|258|369|321|007)+"),
    # 1990, 900101, 19900101.
    re.compile("(?:19|20)?[0-9]{2}(?:(?:0?[1-9]|1[0-2])(?:0?[1-9]|[12][0-9]|3[01]))?"),
    # A mobile number.
    re.compile("1[3-9][0-9]{9}"),
]


class LengthValidator(MinimumLengthValidator):
    def get_error_message(self):
        return f"密码太短，至少要有 {self.min_length} 个字符。"


class EasyPasswordValidator(CommonPasswordValidator):
    """Refuses besides what Django's list has: zhang123456, woaini1314520, Li.Hua-19880808."""

    def validate(self, password, user=None):
        if password.lower().strip() in self.passwords or self._is_name_with_number(password):
            raise ValidationError(REFUSAL, code="password_too_common")

    def _is_name_with_number(self, password: str) -> bool:
        """Whether it is a word or a name with a number before, in or after it, whatever marks stand between."""
        if len(password) > LONGEST or not password.isascii():
            return False
        letters = re.sub("[^a-z]", "", password.lower())
        digits = re.sub("[^0-9]", "", password)
        return self._is_word(letters) and _is_known_number(digits)

    def _is_word(self, letters: str) -> bool:
        return len(letters) <= FEW_LETTERS or bool(_NAME.match(letters)) or letters in self.passwords


def _is_known_number(digits: str) -> bool:
    return (
        len(digits) <= FEW_DIGITS
        or len(set(digits)) <= 2
        or digits in _ALL_DIGITS
        or digits[::-1] in _ALL_DIGITS
        or any(known.fullmatch(digits) for known in _KNOWN_NUMBERS)
    )
