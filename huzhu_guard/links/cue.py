"""What every text that holds a link has in it: most texts are done after this one search."""

from __future__ import annotations

import re

CUE = re.compile(
    "[.。·点丶‧•・∙⋅⇥₰/:¥₤€£$₳₴d\\[(【{<二扫长识口复😆](?:(?<=[.。·点丶‧•・∙⋅])\\s{0,2}[a-z康靠抗扣西奈套]|(?<=\\.)[0-9]{1,3}\\.[0-9]"
    "|(?<=:)\\s?[/\\\\]|(?<=[ps]:)[a-z0-9]|(?<=[¥₤€£$₳₴⇥₰])[a-z0-9]{6}|(?<=d)ot[\\s)\\]]|(?<=[\\[(【{<])[点.d。]"
    "|(?<=[(/])[a-z0-9]{10,13}[)/]|(?<=二)维码|(?<=扫)(?:码|一扫|描|下)|(?<=长)按|(?<=识)别|(?<=口)令|(?<=复)制|(?<=😆))"
)
"""Searched in folded text; no match, no link."""
