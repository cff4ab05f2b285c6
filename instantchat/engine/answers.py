"""What people type as answers, read as values: None when the text is no such answer. Pure, and for any text at all.

The answer is the whole text: nothing is fished out of a sentence. Invisible marks around it (pasted numbers and
addresses have them) are ignored, and digits of any script count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from .json_shape import is_number, is_unicode
from .text import fold

LONGEST = 320  # an e-mail address has at most 254 characters, the rest less

_PLAIN = re.compile(r"\d*(?P<fraction>[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(
    r"[1-9]\d{0,2}(?P<mark>[,.' ])\d{3}(?:(?P=mark)\d{3})*(?P<fraction>(?!(?P=mark))[.,]\d+)?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4})", re.ASCII)
_DAYS = {"today": 0, "tomorrow": 1}


def read_email(text: str) -> str | None:
    """The address as mail servers compare it: the domain in lower case. Whether it takes mail is not asked."""
    text = _tidy(text)
    if not is_unicode(text):
        return None
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        return None


def read_phone(text: str, region: str = "") -> str | None:
    """The number in E.164. `region` (two letters) is where numbers without + belong; without it they are no answer.

    Its length must fit its country; whether the number is in use is not known here (libphonenumber's advice for
    forms: a check of the exact ranges refuses numbers that are newer than its tables).
    """
    text = _tidy(text)
    if not all(each.isdecimal() or each in "+().-/ " for each in text):
        return None
    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_region(region: str) -> bool:
    """Whether there are telephone numbers in this country (two letters, ISO 3166)."""
    return region.upper() in phonenumbers.SUPPORTED_REGIONS


def read_number(text: str, least: float | None = None, most: float | None = None) -> int | float | None:
    """A finite number from `least` to `most`; one currency or percent sign beside it is ignored.

    Comma and point are both read as decimal sign, and as thousands separator where the text leaves no doubt:
    `1,234.5` and `1.234,5` are 1234.5. `1,234`, which could be either, is no answer.
    """
    text = _tidy(text).replace("−", "-").replace("’", "'")
    sign = text[:1] if text.startswith(("+", "-")) else ""
    digits = _without_unit(text.removeprefix(sign))
    readings = {value for pattern in (_PLAIN, _GROUPED) if (value := _number(pattern, digits)) is not None}
    if len(readings) != 1:
        return None
    value = -readings.pop() if sign == "-" else readings.pop()
    if not is_number(value) or (least is not None and value < least) or (most is not None and value > most):
        return None
    return int(value) if value == int(value) else value


def read_date(text: str, today: date, order: str = "dmy") -> str | None:
    """A date as `YYYY-MM-DD`: that, or day, month and a year of four digits, or `today` and `tomorrow`.

    Which of two small numbers is the day says `order` (`dmy` or `mdy`), unless only one of them can be.
    """
    text = fold(_tidy(text))
    try:
        if text in _DAYS:
            return (today + timedelta(days=_DAYS[text])).isoformat()
        if found := _YEAR_FIRST.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
        if found := _YEAR_LAST.fullmatch(text):
            first, second = int(found[1]), int(found[3])
            is_month_first = second > 12 or (order == "mdy" and first <= 12)
            day, month = (second, first) if is_month_first else (first, second)
            return date(int(found[4]), month, day).isoformat()
    except (ValueError, OverflowError):
        return None
    return None


def read_choice(text: str, titles: Sequence[str]) -> int | None:
    """Which of the titles it is (by its place, from 0), typed in any case, or as its number (from 1)."""
    typed = fold(text)
    folded = [fold(title) for title in titles]
    if typed and typed in folded:
        return folded.index(typed)
    number = _tidy(text)
    place = int(number) - 1 if number.isdecimal() and len(number) <= 2 else -1
    return place if 0 <= place < len(titles) else None


def _tidy(text: str) -> str:
    """One line without invisible marks, its digits those of ASCII; nothing when it is too long to be an answer."""
    if len(text) > LONGEST:
        return ""
    if text.isascii():
        return " ".join(text.split())
    seen = (each for each in text if unicodedata.category(each) != "Cf")
    return " ".join("".join(str(unicodedata.decimal(each, each)) for each in seen).split())


def _without_unit(digits: str) -> str:
    """Without one currency or percent sign before or after."""
    if _is_unit(digits[:1]):
        return digits[1:].lstrip()
    return digits[:-1].rstrip() if _is_unit(digits[-1:]) else digits


def _is_unit(sign: str) -> bool:
    return sign == "%" or (sign != "" and unicodedata.category(sign) == "Sc")


def _number(pattern: re.Pattern[str], digits: str) -> int | float | None:
    found = pattern.fullmatch(digits)
    if found is None or not digits:
        return None
    fraction = found["fraction"] or ""
    whole = re.sub(r"\D", "", digits.removesuffix(fraction))
    return float(f"{whole}.{fraction[1:]}") if fraction else int(whole)
