"""Distinguished names as trees: parsed, escaped and compared, never glued together from text.

Source: RFC 4514 sections 2.4 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SPECIAL: Final = ',+"\\<>;='
_HEX: Final = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute and its value; most relative names have one part."""

    attribute: str
    value: str

    @property
    def text(self) -> str:
        """The part, its value escaped."""
        return f"{self.attribute}={escaped(self.value)}"

    @property
    def key(self) -> tuple[str, str]:
        """What equal parts have in common: neither case nor runs of blanks."""
        return self.attribute.lower(), " ".join(self.value.lower().split())


Rdn = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Dn:
    r"""A distinguished name, the entry's own part first.

    Example:
        >>> Dn.parse(r"cn=Ek\, Anna,ou=people").rdns[0][0].value
        'Ek, Anna'
        >>> Dn.parse("CN=Anna , OU=People").key == Dn.parse("cn=anna,ou=people").key
        True
    """

    rdns: tuple[Rdn, ...]

    @staticmethod
    def parse(text: str) -> Dn:
        """Return the name that the text says.

        Raises:
            ValueError: it is none; the text is not repeated.
        """
        return Dn(tuple(tuple(map(_part, parts)) for parts in _split_all(text)))

    @property
    def text(self) -> str:
        """The name as RFC 4514 writes it."""
        return ",".join(rdn_text(rdn) for rdn in self.rdns)

    @property
    def key(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """What equal names have in common, as far as that can be told without the schema."""
        return tuple(tuple(sorted(part.key for part in rdn)) for rdn in self.rdns)

    @property
    def parent(self) -> Dn:
        """The name of the entry above."""
        return Dn(self.rdns[1:])

    def is_under(self, other: Dn) -> bool:
        """Say whether the name is the other one, or lies below it."""
        return not other.rdns or self.key[-len(other.rdns) :] == other.key


def rdn_text(rdn: Rdn) -> str:
    """Return a relative name as it is written."""
    return "+".join(part.text for part in rdn)


def escaped(value: str) -> str:
    r"""Return a value as it stands in a name.

    Example:
        >>> escaped("Ek, Anna"), escaped("#1 "), escaped("")
        ('Ek\\, Anna', '\\#1\\ ', '')
    """
    out = []
    last = len(value) - 1
    for place, letter in enumerate(value):
        edge = (letter == " " and place in (0, last)) or (letter == "#" and place == 0)
        if letter in _SPECIAL or edge:
            out.append("\\" + letter)
        elif ord(letter) < 0x20 or ord(letter) == 0x7F:
            out.append(f"\\{ord(letter):02x}")
        else:
            out.append(letter)
    return "".join(out)


def _split_all(text: str) -> Iterator[list[str]]:
    if not text.strip():
        return
    for rdn in _split(text, ",;"):
        yield list(_split(rdn, "+"))


def _split(text: str, separators: str) -> Iterator[str]:
    """Yield what stands between separators that are neither escaped nor quoted."""
    start = place = 0
    quoted = False
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 1
        elif letter == '"':
            quoted = not quoted
        elif letter in separators and not quoted:
            yield text[start:place]
            start = place + 1
        place += 1
    if quoted:
        raise ValueError("a quote in a name is not closed")
    yield text[start:]


def _part(text: str) -> Part:
    attribute, sign, value = text.partition("=")
    attribute = attribute.strip()
    letters = attribute.replace("-", "").replace(".", "")
    if not sign or not (letters.isascii() and letters.isalnum()):
        raise ValueError("expected a name such as `uid=anna,ou=people,dc=example,dc=org`")
    return Part(attribute, _unescaped(_trimmed(value)))


def _trimmed(value: str) -> str:
    """Return the value without the blanks around it; an escaped one at the end stays."""
    value = value.lstrip(" ")
    bare = value.rstrip(" ")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if slashes % 2 and len(bare) < len(value) else bare


def _unescaped(value: str) -> str:
    if value.startswith("#"):
        return _of_ber(value[1:])
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    octets = bytearray()
    place = 0
    while place < len(value):
        if value[place] != "\\":
            octets += value[place].encode()
            place += 1
        elif len(pair := value[place + 1 : place + 3]) == 2 and _HEX.issuperset(pair):
            octets.append(int(pair, 16))
            place += 3
        elif place + 1 < len(value):
            octets += value[place + 1].encode()
            place += 2
        else:
            raise ValueError("a name ends in a lone backslash")
    return _text(bytes(octets))


def _of_ber(digits: str) -> str:
    """Return the text of `#` and the digits of a short BER string."""
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        octets = b""
    if len(octets) < 2 or octets[1] >= 0x80 or len(octets) != octets[1] + 2:
        raise ValueError("a value of a name begins with `#` and is not in BER")
    return _text(octets[2:])


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise ValueError("a value of a name is no text") from None
