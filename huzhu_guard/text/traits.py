"""What a text has in it, seen in one pass: a search for what cannot be there need not be made.

A trait is a bit. It says that some characters stand in the text, or stand in some way; where it is missing, whatever
needs it is missing too. It never says more than that: the pattern that needs it still has to be searched for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64, u8

from huzhu_guard.text.compiled import COMPILED

# which characters stand in the text, in folded spelling
DIGIT: Final = 1 << 0
LATIN: Final = 1 << 1
HAN_DIGIT: Final = 1 << 2
PERSONAL: Final = 1 << 3
"""A character without which no personal information can be found."""
CODE: Final = 1 << 4
"""The first character of a word beside which a code may stand."""
PLATE: Final = 1 << 5
PASSWORD: Final = 1 << 6
"""The first character of a word for a password or lock."""
TOWN: Final = 1 << 7
PLACE: Final = 1 << 8
"""The last character of a place that may be numbered."""
DOOR: Final = 1 << 9
NAME: Final = 1 << 10
"""The first character of a word beside which a name may stand."""
LINK: Final = 1 << 11
"""A character without which there is no link."""
CONTACT: Final = 1 << 12
"""The first character of a way of naming a messenger."""
BRACKET: Final = 1 << 13

# how they stand
REPEAT: Final = 1 << 14
"""Four of the same in a row."""
SPLIT: Final = 1 << 15
"""A gap between two Han characters that belong together, or three evenly spaced ones."""
SPELLED: Final = 1 << 16
"""A run of at least seven digits, and three or more in Han characters."""
HAN_NUMBER: Final = 1 << 17
"""A Han digit, and another or an ASCII digit at most two characters behind it."""
THREE_DIGITS: Final = 1 << 18
FIVE_DIGITS: Final = 1 << 19
YEAR: Final = 1 << 20
"""Four digits in a row."""
HANDLE: Final = 1 << 21
"""Five letters, digits, underscores or hyphens in a row."""
ELEVEN: Final = 1 << 22
"""Eleven of them."""

EVERYTHING: Final = (1 << 23) - 1

# only for counting
_HAN: Final = 1 << 24
_GAP: Final = 1 << 25
_HANDLE_CHARACTER: Final = 1 << 26

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
_HAN_DIGITS: Final = "〇零幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
GAPS: Final = " \n.·*~^_-/|\\'\"+=#&、•●★☆♦◆→↑,，。:;!?`<>{}"
"""What can stand between the characters of a word that is taken apart."""
CHARACTERS: Final = {
    DIGIT: _DIGITS,
    LATIN: _LETTERS,
    HAN_DIGIT: _HAN_DIGITS,
    PERSONAL: _DIGITS + _LETTERS + _HAN_DIGITS
    + "@号栋幢室弄座组户巷楼层房铺镇乡街密锁口门储险无艾支姓名收联患业叫先女警署抬接",
    CODE: "码短口动oyc发收授取提领自凭丰驿菜货柜兔包快拿",
    PLATE: "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼",
    PASSWORD: "密口锁wmp暗门储保行开无",
    TOWN: "镇乡街",
    PLACE: "村镇区路街园苑城",
    DOOR: "号栋幢室弄座组户巷楼层房铺单",
    NAME: "收联姓名户真本全实患车业我他她先女警署抬接",
    LINK: ".。·点丶‧•・∙⋅⇥₰/:¥₤€£$₳₴d[(【{<二扫长识口复😆",
    BRACKET: "[",
    _GAP: GAPS,
    _HANDLE_CHARACTER: _DIGITS + _LETTERS + "_-",
}  # fmt: skip
"""The characters of each trait that says which stand in a text."""
_HAN_RANGE: Final = range(0x4E00, 0xA000)
_PLANE: Final = 0x10000  # characters in a table; those above it are all of one kind
_LONGEST_GAP: Final = 2
_LEAST_GAPS: Final = 3
_NEAR: Final = 3  # digits less than that apart may be one number
_SPELLED_DIGITS: Final = 7
_SPELLED_HAN: Final = 3


class TraitScanner:
    """Sees traits. Immutable after construction.

    Parameters
    ----------
    contacts : iterable of str
        Characters that have the trait :data:`CONTACT`.
    pairs : iterable of str
        Two Han characters each, which belong together.
    """

    def __init__(self, contacts: Iterable[str], pairs: Iterable[str]) -> None:
        masks: dict[str, int] = {}
        for trait, characters in (*CHARACTERS.items(), (CONTACT, "".join(contacts))):
            for char in characters:
                masks[char] = masks.get(char, _HAN if ord(char) in _HAN_RANGE else 0) | trait
        self._above: i64 = 0  # whatever any character above the table has
        kinds = [0, _HAN]
        table = vec[u8]([0] * (_PLANE + 1))
        for code in _HAN_RANGE:
            table[code] = 1
        for char, mask in masks.items():
            if ord(char) >= _PLANE:
                self._above |= mask
                continue
            if mask not in kinds:
                kinds.append(mask)
            table[ord(char)] = kinds.index(mask)
        self._kinds = table
        self._masks = vec[i64](kinds)
        self._pairs = frozenset([(ord(pair[0]) << 16) | ord(pair[1]) for pair in pairs])

    def traits(self, text: str) -> int:
        """The traits of a folded text; all of them where seeing them would take longer than the searches it spares."""
        return self.scan(text) if COMPILED else EVERYTHING

    def scan(self, text: str) -> int:
        """The traits of a folded text.

        Examples
        --------
        >>> scanner = TraitScanner("v", ["微信"])
        >>> scanner.scan("好的哈哈"), scanner.scan("好的哈哈哈哈") == REPEAT
        (0, True)
        """
        found: i64 = 0
        before: i64 = -1
        same: i64 = 0  # equal characters in a row
        kinds, masks = self._kinds, self._masks
        for i in range(i64(len(text))):
            code: i64 = ord(text[i])
            found |= masks[i64(kinds[code])] if code < _PLANE else self._above
            if code != before:
                same = 0
            elif same == 3:
                found |= REPEAT
            same += 1
            before = code
        if found & _GAP != 0:
            found |= self._gaps(text)
        if found & (DIGIT | HAN_DIGIT) != 0:
            found |= self._numbers(text)
        if found & _HANDLE_CHARACTER != 0:
            found |= self._handles(text)
        return int(found & EVERYTHING)

    def _gaps(self, text: str) -> i64:
        """Traits of what stands between Han characters."""
        left: i64 = 0  # the Han character before the gap
        gap: i64 = 0  # characters in it
        gaps: i64 = 0  # gaps with one character between two
        kinds, masks = self._kinds, self._masks
        for i in range(i64(len(text))):
            code: i64 = ord(text[i])
            mask = masks[i64(kinds[code])] if code < _PLANE else self._above
            if mask & _HAN != 0:
                gaps = gaps + 1 if 0 < gap <= _LONGEST_GAP else 0
                if gaps != 0 and (gaps == _LEAST_GAPS or int(left << 16 | code) in self._pairs):
                    return SPLIT
                left = code
                gap = 0
            elif mask & _GAP != 0 and left != 0:
                gap += 1
            else:
                left = gap = gaps = 0
        return 0

    def _numbers(self, text: str) -> i64:
        """Traits of digits."""
        found: i64 = 0
        digits: i64 = 0
        han_digits: i64 = 0
        row: i64 = 0  # digits in a row
        near: i64 = 0  # digits of either kind, near each other
        last: i64 = -_NEAR - 1  # where the last digit stands
        last_han: i64 = -_NEAR - 1
        kinds, masks = self._kinds, self._masks
        for i in range(i64(len(text))):
            code: i64 = ord(text[i])
            mask = masks[i64(kinds[code])] if code < _PLANE else self._above
            if mask & (DIGIT | HAN_DIGIT) == 0:
                row = 0
                continue
            near = near + 1 if i - last < _NEAR else 1
            last = i
            if i - last_han <= _NEAR:
                found |= HAN_NUMBER
            if mask & HAN_DIGIT != 0:
                han_digits += 1
                last_han = i
                row = 0
            else:
                digits += 1
                row += 1
            if row == 4:
                found |= YEAR
            if near >= _SPELLED_DIGITS and han_digits >= _SPELLED_HAN:
                found |= SPELLED
        if digits >= 3:
            found |= THREE_DIGITS
        if digits >= 5:
            found |= FIVE_DIGITS
        return found

    def _handles(self, text: str) -> i64:
        """Traits of runs of letters and digits."""
        found: i64 = 0
        run: i64 = 0
        kinds, masks = self._kinds, self._masks
        for i in range(i64(len(text))):
            code: i64 = ord(text[i])
            mask = masks[i64(kinds[code])] if code < _PLANE else self._above
            if mask & _HANDLE_CHARACTER == 0:
                run = 0
                continue
            run += 1
            if run == 5:
                found |= HANDLE
            if run == 11:
                return found | ELEVEN
        return found
