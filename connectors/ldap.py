"""Directories by LDAPv3, as a source and as a target; tried on OpenLDAP.

Reads are paged and see everything or say so. Writes go by the server's own id of an entry, never
by a name that may have changed hands, and change what differs. Filters and names are built from
trees. A certificate is always verified; a referral is never followed.

What this connector never does: change a schema, write a list of members whole, follow an alias,
or repeat the server's words, which quote values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from connectors._ldap_batches import Batch
from connectors._ldap_deltas import changed_since, moment_of, watermark
from connectors._ldap_dialling import dial_of
from connectors._ldap_directory import Directory
from connectors._ldap_filters import Filter
from connectors._ldap_finding import find_entries
from connectors._ldap_probe import probed
from connectors._ldap_reading import read_members, read_objects, view_of
from connectors._ldap_schema import schemas_of
from connectors._ldap_settings import GroupSettings, KindSettings, ldap_settings
from provisor.domain.record import Record
from provisor.domain.schema import ObjectType
from provisor.errors import ReadIncomplete, UnknownName, Unsupported
from provisor.ports.connector import (
    Anchoring,
    Candidate,
    Capabilities,
    Deltas,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Regrouped,
    Work,
    Written,
)


class LdapConnector:
    """Users, groups and memberships of one directory."""

    def __init__(self, name: str, settings: Mapping[str, object]) -> None:
        self._settings = ldap_settings(settings)
        self._where = f"system {name}"
        self._name = name
        self._directory = Directory(self._settings, self._where, dial_of(self._settings))

    def describe(self) -> Description:
        """Return what the standards and the settings say; the server is not asked."""
        return self._description

    @cached_property
    def _description(self) -> Description:
        users, groups = self._settings.objects.users, self._settings.objects.groups
        schemas = schemas_of(self._settings)
        capabilities = Capabilities(
            anchoring=Anchoring.STORED if users.anchor else Anchoring.NATIVE_ONLY,
            writes=True,
            finds=True,
            single_values=True,
            deltas=dict.fromkeys(schemas, Deltas.STATES_WITHOUT_REMOVALS),
            nested_groups=self._settings.nested_groups and not (groups and groups.by_login),
        )
        return Description(schemas, capabilities)

    def probe(self) -> Health:
        """Sign in, and hold what the server says of its schema against the settings."""
        return probed(self._directory, self._description.schemas)

    def close(self) -> None:
        """Let go of all connections."""
        self._directory.close()

    # --- reading ------------------------------------------------------------------------------

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield the entries page by page; whole when the server gave the last page.

        Raises:
            UnknownName: the object type or an attribute is not known.
            WatermarkRefused: the directory cannot say what changed since then.
            TargetProblem: the directory complained.
        """
        kind = self._kind(request.object_type)
        moment = moment_of(self._directory, kind)
        mark = watermark(self._settings, request.object_type, moment)
        condition = None
        if request.since is not None:
            condition = changed_since(self._settings, request.object_type, request.since, moment)
        pages, columns = self._pages(request, kind, condition)
        try:
            yield from pages
        except ReadIncomplete as incomplete:
            yield ReadEnd(complete=False, reason=incomplete.what, columns=columns)
        else:
            yield ReadEnd(complete=True, watermark=mark, columns=columns)

    def _pages(
        self, request: ReadRequest, kind: KindSettings, condition: Filter | None
    ) -> tuple[Iterator[Page | Regrouped], tuple[str, ...]]:
        if request.object_type is ObjectType.MEMBERSHIPS and isinstance(kind, GroupSettings):
            return read_members(self._directory, kind, condition), ("group", "member")
        schema = self._description.schemas[request.object_type]
        view = view_of(self._directory, kind, schema, request.attributes)
        return read_objects(view, condition), tuple(sorted(one.name for one in schema.attributes))

    def _kind(self, object_type: ObjectType) -> KindSettings:
        members = object_type is ObjectType.MEMBERSHIPS
        kind = self._settings.of(ObjectType.GROUPS if members else object_type)
        if kind is None:
            what = f"system `{self._name}` has no {object_type.value}"
            raise UnknownName(what, where=self._where)
        return kind

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return the entries that have exactly this id, anchor or value, looked at again here."""
        return next(self.find_many([candidate]))

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what `find` returns for each candidate; 100 questions go in one search."""
        found: list[tuple[Record, ...]] = [()] * len(candidates)
        for kind in dict.fromkeys(candidate.object_type for candidate in candidates):
            if kind is ObjectType.MEMBERSHIPS:
                what = "memberships are not looked up one by one"
                raise Unsupported(what, where=self._where)
            numbers = [n for n, one in enumerate(candidates) if one.object_type is kind]
            asked = [candidates[number] for number in numbers]
            schema = self._description.schemas[kind]
            rows = find_entries(self._directory, self._kind(kind), schema, asked)
            for number, records in zip(numbers, rows, strict=True):
                found[number] = records
        yield from found

    # --- writing ------------------------------------------------------------------------------

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Carry out the actions, many under way at one time, and yield each outcome."""
        batch = Batch(self._directory, self._description.schemas)
        return batch.carried_out(work, pace)
