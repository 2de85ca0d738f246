"""Files as a source: CSV, JSON Lines and Parquet, read whole or not at all.

A file says nothing about its own end, so completeness is proven from outside: it stood still
while it was read, it decodes strictly, every row has the header's fields, no quote stays open, it
ends with a newline, it has a row, and its control record agrees where there is one. Whatever is
wrong with a file is the last word of the read, never an exception; a file that is cut exactly
between two rows looks whole, and the engine's guard on counts is what notices it.

What this connector never does: interpret a cell, drop a row, or write.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from io import BufferedReader

from connectors._files_csv import csv_header, csv_pages
from connectors._files_evidence import (
    Seen,
    expected_rows,
    opened,
    prove_digest,
    prove_rows,
    unchanged,
)
from connectors._files_jsonl import jsonl_attributes, jsonl_pages
from connectors._files_marks import mark_of
from connectors._files_settings import (
    FileSettings,
    FilesSettings,
    KeyedFileSettings,
    MembershipFileSettings,
)
from connectors._outcomes import source_only
from connectors._settings import parse
from provisor.domain.record import Record
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from provisor.errors import ReadIncomplete, UnknownName, Unsupported, WatermarkRefused, nearest
from provisor.ports.connector import (
    Candidate,
    Capabilities,
    Deltas,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadRequest,
    Work,
    Written,
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FilesConnector:
    """One file per object type, read as a source."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, object],
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._name, self._now = name, now
        self._settings = parse(FilesSettings, settings)

    def describe(self) -> Description:
        """Return the declared attributes, else those that the files showed at the first call."""
        return self._description

    @cached_property
    def _description(self) -> Description:
        schemas = {
            object_type: _schema(object_type, file)
            for object_type in ObjectType
            if (file := self._settings.of(object_type)) is not None
        }
        return Description(schemas, Capabilities(deltas=dict.fromkeys(schemas, Deltas.UNCHANGED)))

    def probe(self) -> Health:
        """Open every file and say how many can be read."""
        files = [file for kind in ObjectType if (file := self._settings.of(kind)) is not None]
        findings = [finding for file in files if (finding := _finding(file)) is not None]
        present = all(file.file.exists() for file in files)
        found = "; ".join(findings) or f"{len(files)} of {len(files)} files can be read"
        return Health(reachable=present, allowed=not findings, found=found)

    def close(self) -> None:
        """Do nothing; no file stays open between two reads."""

    def read(self, request: ReadRequest) -> Iterator[Page | ReadEnd]:
        """Yield the rows, then whether they are all of them.

        Raises:
            UnknownName: there is no file for the object type, or the declared attributes do not
                have one that is asked for.
            WatermarkRefused: the file is not as it was; what changed in it only reading can tell.
        """
        file = self._settings.of(request.object_type)
        if file is None:
            what = f"system `{self._name}` has no {request.object_type.value}"
            raise UnknownName(what, where=self._name)
        seen = Seen(watermark=mark_of(file, self._now()))
        if request.since is not None:
            yield self._still(file, request.since, seen)
            return
        wanted = self._wanted(file, request)
        try:
            yield from _proven_pages(file, wanted, seen)
        except ReadIncomplete as found:
            yield _end(file, seen, found.what)
        else:
            yield _end(file, seen)

    def _still(self, file: FileSettings, since: str, seen: Seen) -> ReadEnd:
        """Return the end of an empty delta; a file that is not as it was is read as a whole."""
        if seen.watermark != since:
            what = f"`{file.file.name}` is not as it was when it was read last"
            raise WatermarkRefused(what, where=f"system {self._name}")
        return ReadEnd(complete=True, watermark=since)

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Refuse: a file has no point look-up.

        Raises:
            Unsupported: always.
        """
        raise Unsupported("files are read whole; nothing is looked up", where=self._name)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Refuse every action: files are a source."""
        for position in range(len(work)):
            yield source_only(position, self._name)

    def _wanted(self, file: FileSettings, request: ReadRequest) -> dict[str, str]:
        """Return attribute name to column name, the key always among them."""
        if isinstance(file, MembershipFileSettings):
            return {"group": file.group, "member": file.member}
        schema = self._description.schemas[request.object_type]
        if file.attributes is not None:
            _know_all(request.attributes, schema, self._name)
        return {name: name for name in sorted({*request.attributes, schema.key})}


def _proven_pages(file: FileSettings, wanted: Mapping[str, str], seen: Seen) -> Iterator[Page]:
    """Yield the pages of a file; afterwards everything that proves it whole has been checked."""
    with unchanged(file.file, seen) as content:
        prove_digest(content, file.file, file.expect)
        seen.expected_rows = expected_rows(file.expect)
        yield from _pages(content, file, wanted, seen)
    prove_rows(file, seen)


def _pages(
    content: BufferedReader, file: FileSettings, wanted: Mapping[str, str], seen: Seen
) -> Iterator[Page]:
    match file.kind:
        case "csv":
            yield from csv_pages(content, file, wanted, seen)
        case "jsonl":
            yield from jsonl_pages(content, file, wanted, seen)
        case "parquet":
            # Parquet loads polars, which the other formats do without.
            parquet = importlib.import_module("connectors._files_parquet")
            yield from parquet.parquet_pages(content, file, wanted, seen)


def _end(file: FileSettings, seen: Seen, reason: str = "") -> ReadEnd:
    memberships = isinstance(file, MembershipFileSettings)
    return ReadEnd(
        complete=not reason,
        reason=reason,
        watermark=None if reason else seen.watermark,
        version=seen.version,
        columns=("group", "member") if memberships else seen.columns,
        expected_rows=seen.expected_rows,
    )


def _schema(object_type: ObjectType, file: FileSettings) -> ObjectSchema:
    if not isinstance(file, KeyedFileSettings):
        return ObjectSchema(object_type, (Attribute("group"), Attribute("member")))
    if file.attributes is not None:
        declared = tuple(known.attribute(name) for name, known in file.attributes.items())
        key = () if file.key in file.attributes else (Attribute(file.key, case_exact=True),)
        return ObjectSchema(object_type, (*key, *declared), key=file.key)
    offered = _offered(file)
    # The lines of a JSON file may each hold other names than the first ones.
    open_ended = not offered or file.kind == "jsonl"
    return ObjectSchema(object_type, offered, open=open_ended, key=file.key)


def _offered(file: FileSettings) -> tuple[Attribute, ...]:
    """Return the attributes that a file shows by itself; none when it cannot be read."""
    try:
        with opened(file.file) as content:
            match file.kind:
                case "csv":
                    return tuple(Attribute(name) for name in csv_header(content, file))
                case "jsonl":
                    return jsonl_attributes(content, file)
                case "parquet":
                    parquet = importlib.import_module("connectors._files_parquet")
                    found: tuple[Attribute, ...] = parquet.parquet_attributes(file)
                    return found
    except ReadIncomplete:
        return ()


def _finding(file: FileSettings) -> str | None:
    try:
        with opened(file.file):
            return None
    except ReadIncomplete as found:
        return found.what


def _know_all(names: Sequence[str], schema: ObjectSchema, system: str) -> None:
    known = [attribute.name for attribute in schema.attributes]
    for name in names:
        if name not in known:
            near = nearest(name, known)
            what = f"{schema.object_type.value} of `{system}` have no attribute `{name}`"
            raise UnknownName(
                what,
                where=f"system {system}",
                found=f"declared: {', '.join(known)}",
                next=f"did you mean `{near}`?" if near else "",
            )
