"""Both sides of a large job read page by page into files; no more than a page is in memory."""

from __future__ import annotations

from dataclasses import replace

from provisor.domain.columns.pages import Digest, blank_cells
from provisor.domain.columns.parted import why_whole
from provisor.domain.completeness import Measure
from provisor.domain.side import Side
from provisor.engine.collect import Gathered, gather
from provisor.engine.job import Job
from provisor.engine.knowing.recalling import recalling
from provisor.engine.many import part_count
from provisor.engine.parted.partwise import PartAssembly
from provisor.engine.parted.spilling import Spill
from provisor.engine.requests import Request, requests_of
from provisor.ports.connector import ArrowTable, Rows

Found = tuple[PartAssembly, list[tuple[Side, Gathered, Measure]]]


def read_in_parts(job: Job) -> Found | None:
    """Read both sides into files.

    Returns:
        The assembly over them, and every read with its measure; None where the rules join everybody
        with everybody, or columns cannot hold what a page says: then it is read in one piece.

    Cost: one full read of every object type on both sides, written down and read again.
    """
    if why_whole(job.rules):
        return None
    recall = recalling(job.store)
    assembly = PartAssembly(job.store.links, job.rules, part_count(job), recall)
    found: list[tuple[Side, Gathered, Measure]] = []
    for request in requests_of(job):
        shelf = _Shelf(assembly.spill(request.read.object_type), request)
        gathered = gather(
            request.connector,
            request.system,
            request.read,
            request.key,
            job.clock,
            job.progress,
            shelf.take,
        )
        job.reached(f"{request.side}.read")
        if not shelf.fits:
            return None
        set_aside = assembly.ended(request.side, request.read.object_type)
        gathered = replace(gathered, passed=shelf.pages)
        found.append((request.side, gathered, shelf.measure(gathered, set_aside)))
    return assembly, found


class _Shelf:
    """Where the pages of one read go, counted on the way."""

    def __init__(self, spill: Spill, request: Request) -> None:
        self._spill = spill
        self._request = request
        self._digests: dict[tuple[str, ...], Digest] = {}
        self._rows = self.pages = 0
        self._nulls = dict.fromkeys(request.read.attributes, 0)
        self.fits = True
        """Whether every page so far was taken in."""

    def take(self, page: Rows | ArrowTable) -> None:
        """Hand a page on; after one that does not fit nothing is."""
        self.pages += 1
        if not self.fits:
            return
        frame = self._spill.put(self._request.side, page, self._request.key)
        if frame is None:
            self.fits = False
            return
        self._rows += frame.height
        names = tuple(sorted(frame.columns))
        self._digests.setdefault(names, Digest(names)).add(frame)
        for name in self._nulls:
            self._nulls[name] += blank_cells(frame, name)

    def measure(self, gathered: Gathered, set_aside: int) -> Measure:
        """Return what was counted."""
        told = sorted(one.text() for one in self._digests.values()) or [Digest(()).text()]
        return Measure(
            gathered.system,
            gathered.object_type,
            self._rows,
            set_aside,
            self._nulls,
            " ".join(told),
        )
