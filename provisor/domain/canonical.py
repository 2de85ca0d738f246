"""The one way a value becomes bytes, and the digests built on those bytes.

RFC 8785 (JCS) over JSON without fractions: objects sorted by key, no white space, text as UTF-8.
Keys of our schemas are ASCII, so sorting by code point equals the sorting by UTF-16 units that
the RFC asks for; other keys are refused. Integers beyond 2^53 travel as text.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as _quoted

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_LARGEST_EXACT = 2**53
_SHAPES = 4_096
_BLOCK = 64
_REST = bytes(_BLOCK)
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_sha = hashlib.sha256().copy
"""A SHA-256 that has read nothing; a copy costs half of what asking the library for one does."""


def canonical(value: Json) -> bytes:
    r"""Return the value's canonical bytes.

    Raises:
        ValueError: a key is not ASCII, or text holds a lone surrogate.
        TypeError: a fraction or a foreign type; values are text, whole numbers, booleans, null.

    Cost: about what the standard library's encoder takes, the checks included.
    Source: RFC 8785 section 3.2; decision: whole numbers only.

    Example:
        >>> canonical({"b": [1, True, None], "a": "é"})
        b'{"a":"\xc3\xa9","b":[1,true,null]}'
        >>> canonical(2**53 + 1)
        b'"9007199254740993"'
    """
    return canonical_text(value).encode("utf-8")


def canonical_text(value: Json) -> str:
    """Return the text whose UTF-8 bytes are the canonical ones, to be put into larger text.

    Raises:
        ValueError, TypeError: as for `canonical`, but for lone surrogates.
    """
    # Exact types first: they are nearly all there is, and `isinstance` costs several times more.
    kind = type(value)
    if kind is str:
        return _quoted(value)  # type: ignore[arg-type]  # exactly text
    if kind is dict:
        return _object(value)  # type: ignore[arg-type]  # exactly a dictionary
    if kind is list or kind is tuple:
        items = [_quoted(i) if type(i) is str else canonical_text(i) for i in value]  # type: ignore[union-attr]  # one of the two
        return f"[{','.join(items)}]"
    return _rare_text(value)


def _object(value: dict[str, Json]) -> str:
    members = [
        opening + (_quoted(item) if type(item := value[key]) is str else canonical_text(item))
        for key, opening in _order(tuple(value))
    ]
    return f"{{{','.join(members)}}}"


@lru_cache(maxsize=_SHAPES)
def _order(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Sort the keys of an object, each with the text that opens its member.

    Objects of our schemas come in a few shapes, millions of times.
    """
    if not all(isinstance(key, str) and key.isascii() for key in keys):
        raise ValueError("an object's key is not ASCII")
    return tuple((key, f"{_quoted(key)}:") for key in sorted(keys))


def _rare_text(value: Json) -> str:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            exact = -_LARGEST_EXACT <= value <= _LARGEST_EXACT
            return int.__repr__(value) if exact else f'"{int.__repr__(value)}"'
        case str():
            return _quoted(value)
        case Mapping():
            return _object(dict(value))
        case Sequence() if not isinstance(value, bytes | bytearray):
            return canonical_text(list(value))
        case _:
            message = f"a value of type {type(value).__name__} has no canonical form"
            raise TypeError(message)


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def keyed_digest(key: bytes, value: bytes) -> bytes:
    """Return HMAC-SHA-256 of canonical bytes under a subject's key.

    Cost: two thirds of the library's own call, which looks for its hash anew for every key; it is
        made several times for each of a million actions.
    Source: RFC 2104.
    """
    if len(key) > _BLOCK:
        return hmac.digest(key, value, "sha256")
    block = (key + _REST)[:_BLOCK]
    inner, outer = _sha(), _sha()
    inner.update(block.translate(_INNER))
    inner.update(value)
    outer.update(block.translate(_OUTER))
    outer.update(inner.digest())
    return outer.digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a tree's leaf.

    Source: RFC 6962 section 2.1.
    """
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node.

    Source: RFC 6962 section 2.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing RFC 6962 tree: enough to append and to know the root.

    Cost: one hash per leaf on average two; log2(size) hashes held.

    Example:
        >>> Frontier().root().hex()[:16]
        'e3b0c44298fc1c14'
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        """One full subtree per set bit of `size`, largest first."""

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        carried = leaf
        remaining = self.size
        while remaining & 1:
            carried = node_hash(self.hashes.pop(), carried)
            remaining >>= 1
        self.hashes.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree head; of nothing it is the hash of the empty string."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        root = self.hashes[-1]
        for full in reversed(self.hashes[:-1]):
            root = node_hash(full, root)
        return root


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the RFC 6962 tree head over leaf contents in order."""
    sha = hashlib.sha256
    return joined_root([sha(b"\x00" + leaf).digest() for leaf in leaves])


def joined_root(hashes: Sequence[bytes]) -> bytes:
    """Return the tree head over full subtrees of one size in order; the last may be smaller.

    Cost: one hash per subtree; `Frontier` takes several times longer over many leaves.
    """
    sha = hashlib.sha256
    level = list(hashes)
    while len(level) > 1:
        upper = [
            sha(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        # Whoever has no neighbour moves up as it is.
        level = upper + level[-1:] if len(level) % 2 else upper
    return level[0] if level else sha(b"").digest()
