"""Check digits of Chinese numbers."""

from __future__ import annotations

from typing import Final

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))


def luhn(digits: str) -> bool:
    """Whether a card number's last digit fits (ISO/IEC 7812-1).

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = ord(char) - 48
        if i % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def id_check_char(first17: str) -> str:
    """The last character of a resident ID number, MOD 11-2 (GB 11643-1999).

    Examples
    --------
    >>> id_check_char("11010119900101000")
    '7'
    """
    total = sum([int(char) * weight for char, weight in zip(first17, _ID_WEIGHTS, strict=True)])
    return "10X98765432"[total % 11]


def credit_code(code: str) -> bool:
    """Whether 18 characters are a 统一社会信用代码, an organisation's number (GB 32100-2015).

    Examples
    --------
    >>> credit_code("91350100M000100Y43"), credit_code("110101199001010007")
    (True, False)
    """
    code = code.upper()
    if len(code) != 18 or any(char not in _CREDIT_ALPHABET for char in code):
        return False
    total = sum(
        [_CREDIT_ALPHABET.index(char) * weight for char, weight in zip(code[:17], _CREDIT_WEIGHTS, strict=True)]
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]


def taiwan_id(code: str) -> bool:
    """Whether a letter and nine digits are an identity number of Taiwan.

    Examples
    --------
    >>> taiwan_id("A123456789"), taiwan_id("A123456788")
    (True, False)
    """
    area = "ABCDEFGHJKLMNPQRSTUVXYWZIO".find(code[:1].upper()) + 10
    total = area // 10 + area % 10 * 9 + int(code[-1])
    total += sum([int(digit) * weight for digit, weight in zip(code[1:9], range(8, 0, -1), strict=True)])
    return area > 9 and total % 10 == 0
