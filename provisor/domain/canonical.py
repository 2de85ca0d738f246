"""The one way a value becomes bytes, and the digests built on those bytes.

RFC 8785 (JCS) over JSON without fractions: objects sorted by key, no white space, text as UTF-8.
Keys of our schemas are ASCII, so sorting by code point equals the sorting by UTF-16 units that
the RFC asks for; other keys are refused. Integers beyond 2^53 travel as text.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_LARGEST_EXACT = 2**53
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: Json) -> bytes:
    """Return the value's canonical bytes.

    Raises:
        ValueError: a key is not ASCII, or text holds a lone surrogate.
        TypeError: a fraction or a foreign type; values are text, whole numbers, booleans, null.

    Source: RFC 8785 section 3.2; decision: whole numbers only.

    Example:
        >>> canonical({"b": [1, True, None], "a": "é"})
        b'{"a":"\\xc3\\xa9","b":[1,true,null]}'
        >>> canonical(2**53 + 1)
        b'"9007199254740993"'
    """
    return _encode(_plain(value)).encode("utf-8")


def _plain(value: Json) -> Json:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_LARGEST_EXACT <= value <= _LARGEST_EXACT else str(value)
        case Mapping():
            if not all(key.isascii() for key in value):
                raise ValueError("an object's key is not ASCII")
            return {key: _plain(item) for key, item in value.items()}
        case Sequence():
            return [_plain(item) for item in value]
        case _:
            raise TypeError(f"a value of type {type(value).__name__} has no canonical form")


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def keyed_digest(key: bytes, value: bytes) -> bytes:
    """Return HMAC-SHA-256 of canonical bytes under a subject's key."""
    return hmac.digest(key, value, "sha256")


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
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
    return frontier.root()
