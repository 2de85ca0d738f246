"""One directory: its lines, what it says of itself, and searches that see everything or say so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeVar

from connectors._ldap_filters import AllOf, AnyOf, Equal, Filter, written
from connectors._ldap_names import Dn
from connectors._ldap_problems import not_connected, problem_of
from connectors._ldap_seam import (
    ADMIN_LIMIT,
    NO_SUCH_OBJECT,
    SIZE_LIMIT,
    SUCCESS,
    Answer,
    Dial,
    Entry,
    Line,
    Lost,
    Refused,
    Request,
    Scope,
    Search,
    Unreachable,
)
from connectors._ldap_settings import KindSettings, LdapSettings
from connectors._ldap_subschema import Subschema, parsed
from connectors._ldap_values import id_octets, id_text
from provisor.errors import ReadIncomplete

_ASKED_TOGETHER: Final = 100
"""Ids or values in one filter."""
_T = TypeVar("_T")
EVERYTHING: Final = "(objectClass=*)"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says of itself."""

    controls: frozenset[str]
    vendor: str
    schema: Subschema
    suffixes: tuple[str, ...]


class Directory:
    """Lines are opened as they are needed, and kept for the next who asks."""

    def __init__(self, settings: LdapSettings, where: str, dial: Dial) -> None:
        self.settings = settings
        self.where = where
        self._dial = dial
        self._idle: list[Line] = []
        self._guard = threading.Lock()
        self._page = settings.page_size

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Give a line that nobody else uses."""
        with self._guard:
            line = self._idle.pop() if self._idle else self._dial()
        try:
            yield line
        finally:
            with self._guard:
                self._idle.append(line)

    def close(self) -> None:
        """Let go of all lines."""
        with self._guard:
            idle, self._idle = self._idle, []
        self.__dict__.pop("facts", None)
        for line in idle:
            line.close()

    def ask(self, line: Line, request: Request) -> Answer:
        """Ask what changes nothing.

        Raises:
            TargetProblem: there was no answer; what the answer's code says is the caller's.
        """
        return self._answered(lambda: line.ask(request))

    def _answered(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except (Lost, Unreachable, Refused) as fault:
            problem = not_connected(fault, self.where)
        except ValueError:
            problem = problem_of(34, self.where)
        raise problem

    @cached_property
    def facts(self) -> Facts:
        """What the server says of itself, asked once."""
        names = ("supportedControl", "vendorName", "vendorVersion", "subschemaSubentry")
        more = ("structuralObjectClass", "forestFunctionality", "namingContexts")
        with self.line() as line:
            root = self._single_entry(line, "", (*names, *more))
            place = root.first("subschemaSubentry")
            schema = Subschema({}, {})
            if place is not None:
                lists = ("attributeTypes", "objectClasses")
                entry = self._single_entry(line, place.decode(), lists)
                schema = parsed(*(entry.attributes.get(one.lower(), ()) for one in lists))
        controls = (one.decode("ascii", "replace") for one in root.attributes["supportedcontrol"])
        contexts = root.attributes.get("namingcontexts", ())
        suffixes = tuple(one.decode("utf-8", "replace") for one in contexts)
        return Facts(frozenset(controls), _vendor(root), schema, suffixes)

    def _single_entry(self, line: Line, dn: str, attributes: tuple[str, ...]) -> Entry:
        answer = self.ask(line, Search(dn, Scope.BASE, EVERYTHING, attributes))
        if answer.code != SUCCESS or not answer.entries:
            raise problem_of(answer.code or NO_SUCH_OBJECT, self.where)
        entry = answer.entries[0]
        return Entry(entry.dn, {"supportedcontrol": (), **entry.attributes})

    # --- searching ----------------------------------------------------------------------------

    def pages(
        self, kind: KindSettings, condition: Filter | None, attributes: Sequence[str]
    ) -> Iterator[Sequence[Entry]]:
        """Yield every entry of users or groups that fits, page by page.

        Raises:
            ReadIncomplete: not everything can be seen.
            TargetProblem: the directory complained.
        """
        of_class = Equal("objectClass", kind.classes[0])
        tree = of_class if condition is None else AllOf((of_class, condition))
        placeholder = self.settings.placeholder
        for base, scope in _places(kind):
            search = Search(base, scope, written(tree), tuple(attributes))
            for entries in self._paged(search):
                yield [one for one in entries if not (placeholder and same(one.dn, placeholder))]

    def _paged(self, search: Search) -> Iterator[Sequence[Entry]]:
        """Yield page by page; the next one is asked for before this one is worked on."""
        with self.line() as line:
            answer, page = self._first_page(line, search)
            while True:
                if answer.referrals and not self.settings.leave_referrals:
                    what = "a part of the base lies on another server, which is not asked"
                    raise ReadIncomplete(what)
                if not answer.cookie:
                    yield answer.entries
                    return
                with self._asked_ahead(line, _page_of(search, page, answer.cookie)) as following:
                    yield answer.entries
                    answer = following()
                if answer.code in (SIZE_LIMIT, ADMIN_LIMIT):
                    raise ReadIncomplete(
                        "the directory stopped in the middle, at a limit of its own"
                    )
                if answer.code != SUCCESS:
                    raise problem_of(answer.code, self.where)

    @contextmanager
    def _asked_ahead(self, line: Line, request: Request) -> Iterator[Callable[[], Answer]]:
        """Send a question, and give what waits for its answer; unwanted, the answer is dropped."""
        waiting = False

        def take() -> Answer:
            nonlocal waiting
            waiting = False
            return line.take()[1]

        self._answered(lambda: line.send(request))
        waiting = True
        try:
            yield lambda: self._answered(take)
        finally:
            if waiting:
                with suppress(Lost):
                    line.take()

    def _first_page(self, line: Line, search: Search) -> tuple[Answer, int | None]:
        """Return the first page, as large as the server allows: it refuses what is too large."""
        page: int | None = self._page
        while True:
            answer = self.ask(line, _page_of(search, page, b""))
            match answer.code:
                case 0:  # success
                    self._page = page or self._page
                    return answer, page
                case 12 if page is not None:  # it does not know paged results
                    page = None
                case 4 | 11 if page is not None and page > 1:  # more than it gives at a time
                    page = max(page // 2, 1)
                case 4 | 11:
                    raise ReadIncomplete("the directory gives no more entries than its limit")
                case code:
                    raise problem_of(code, self.where)

    def names_of(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the name of each entry that has one of these ids and is in our care.

        Users are asked for first, and only who is none of them among the groups: writing a filter
        down costs ldap3 more than an answer.
        """
        found: dict[str, str] = {}
        kind = self.settings.id
        asked = {one.lower(): o for one in ids if (o := id_octets(one, kind)) is not None}
        for base, scope in self._all_places():
            waiting = [octets for one, octets in asked.items() if one not in found]
            for start in range(0, len(waiting), _ASKED_TOGETHER):
                some = waiting[start : start + _ASKED_TOGETHER]
                condition = written(AnyOf(tuple(Equal(kind, one) for one in some)))
                for entries in self._paged(Search(base, scope, condition, (kind,))):
                    for entry in entries:
                        octets = entry.first(kind)
                        if octets is not None:
                            found[id_text(octets, kind)] = entry.dn
        return {one: found[one.lower()] for one in ids if one.lower() in found}

    def _all_places(self) -> dict[tuple[str, Scope], None]:
        kinds = (self.settings.objects.users, self.settings.objects.groups)
        return dict.fromkeys(place for kind in kinds if kind for place in _places(kind))

    def id_of(self, line: Line, dn: str) -> str | None:
        """Return the id of the entry with this name, wherever it is; None when there is none."""
        kind = self.settings.id
        answer = self.ask(line, Search(dn, Scope.BASE, EVERYTHING, (kind,)))
        octets = answer.entries[0].first(kind) if answer.entries else None
        return None if octets is None else id_text(octets, kind)


def _places(kind: KindSettings) -> Iterator[tuple[str, Scope]]:
    yield kind.base, kind.scope
    moved = kind.moves_to
    if moved is not None and not (kind.scope is Scope.SUBTREE and below(moved, kind.base)):
        yield moved, Scope.SUBTREE


def _page_of(search: Search, page: int | None, cookie: bytes) -> Search:
    return replace(search, page=page, cookie=cookie)


def same(dn: str, other: str) -> bool:
    """Say whether two names are of one entry, as far as that can be told from here."""
    if dn == other:
        return True
    if _is_plain(dn) and _is_plain(other) and _squeezed(dn) != _squeezed(other):
        return False
    return name_key(dn) == name_key(other)


def _is_plain(dn: str) -> bool:
    """Say whether nothing in a name can be written in two ways but case and blanks."""
    return dn.isascii() and not _SPECIAL.intersection(dn)


def _squeezed(dn: str) -> str:
    """Return what equal plain names have in common, and some others, too."""
    return "".join(dn.split()).casefold()


_SPECIAL: Final = frozenset('\\+#";')


def below(dn: str, base: str) -> bool:
    """Say whether an entry is the base or lies below it."""
    try:
        return Dn.parse(dn).is_under(Dn.parse(base))
    except ValueError:
        return False


def name_key(dn: str) -> object:
    """Return what equal names have in common; a name that is none is only itself."""
    try:
        return Dn.parse(dn).key
    except ValueError:
        return dn


def _vendor(root: Entry) -> str:
    named = [root.first(one) for one in ("vendorName", "vendorVersion")]
    text = " ".join(one.decode("utf-8", "replace") for one in named if one)
    if text:
        return text
    if root.first("forestFunctionality") is not None:
        return "Active Directory"
    openldap = (root.first("structuralObjectClass") or b"").lower() == b"openldaprootdse"
    return "OpenLDAP" if openldap else "LDAPv3"
