"""Every kernel by the name of its function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provisor.domain.columns.changes import TEXTS
from provisor.domain.columns.choices import CHOICES
from provisor.domain.columns.parts import Kernel

KERNELS: Final[Mapping[str, Kernel]] = {**CHOICES, **TEXTS}
"""The kernels; `pieces` adds those that put texts together."""
