"""Values that look random and are the same in every plan: drawn from what only we know of a person.

Apply plans again, and an action that was approved must come out with the same digest. So a value
that a mapping draws once, on creation, comes from a seed that is random per identity and kept
beside its key; whoever does not know the seed cannot foresee the value. Secrets are not drawn here:
no plan holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provisor.domain.canonical import canonical, keyed_digest
from provisor.domain.expressions import FUNCTIONS, Call, Node
from provisor.domain.expressions.chance import Draw
from provisor.domain.expressions.function import Need
from provisor.domain.expressions.nodes import walk

Seeds = Callable[[str], bytes]
"""An identity's seed: 32 bytes that were drawn once and never change."""

_PURPOSE = "provisor-draw-v1"


def unseeded(_identity: str) -> bytes:
    """Return the seed of everybody where nothing is drawn that anybody keeps."""
    return b""


def is_random(node: Node) -> bool:
    """Say whether an expression gives another value each time that it is drawn.

    Example:
        >>> is_random(Call("Guid", ()))
        True
    """
    return any(
        isinstance(part, Call) and FUNCTIONS[part.name].needs is Need.CHANCE for part in walk(node)
    )


def drawing(seed: Callable[[], bytes], place: tuple[str, ...]) -> Draw:
    """Return a source of bytes that gives the same ones for the same seed and place.

    Args:
        seed: asked for when the first bytes are.
        place: what the bytes are for; two places have nothing in common.

    Source: HMAC-SHA-256 in counter mode, as in NIST SP 800-108.

    Example:
        >>> one, two = (drawing(lambda: b"seed", ("users", "code")) for _ in range(2))
        >>> one(40) == two(40), one(8) == drawing(lambda: b"other", ("users", "code"))(8)
        (True, False)
    """
    stream = _stream(seed, place)

    def draw(size: int) -> bytes:
        return bytes(next(stream) for _ in range(size))

    return draw


def _stream(seed: Callable[[], bytes], place: tuple[str, ...]) -> Iterator[int]:
    key, count = seed(), 0
    while True:
        yield from keyed_digest(key, canonical([_PURPOSE, *place, count]))
        count += 1
