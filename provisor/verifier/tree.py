"""The RFC 6962 tree, written a second time so that it can disagree with the product's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

BATCH = 1_024
_BATCH_LEVEL = 10


class Tree:
    """The right edge of an RFC 6962 tree."""

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[bytes] = []

    def extend(self, hashes: list[bytes]) -> None:
        """Add leaf hashes at the right; a full, aligned batch is folded level by level."""
        if len(hashes) == BATCH and self.size % BATCH == 0:
            while len(hashes) > 1:
                pairs = zip(hashes[::2], hashes[1::2], strict=True)
                hashes = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in pairs]
            self._push(hashes[0], _BATCH_LEVEL)
        else:
            for leaf in hashes:
                self._push(leaf, 0)

    def _push(self, node: bytes, level: int) -> None:
        remaining = self.size >> level
        self.size += 1 << level
        while remaining & 1:
            node = hashlib.sha256(b"\x01" + self.edge.pop() + node).digest()
            remaining >>= 1
        self.edge.append(node)

    def root(self) -> bytes:
        """Return the tree head."""
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1]
        for full in reversed(self.edge[:-1]):
            root = hashlib.sha256(b"\x01" + full + root).digest()
        return root


def merkle_root(contents: Sequence[bytes]) -> bytes:
    """Return the root over leaf contents in order."""
    tree = Tree()
    for start in range(0, len(contents), BATCH):
        chunk = contents[start : start + BATCH]
        tree.extend([hashlib.sha256(b"\x00" + content).digest() for content in chunk])
    return tree.root()
