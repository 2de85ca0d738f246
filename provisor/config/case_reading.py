"""A file of cases to cases that can be planned; every problem with its file and line.

Enters: a path, and the jobs that cases may be for. Leaves: cases, or the errors in their way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from provisor.config.case_files import (
    CaseFileSettings,
    CaseSettings,
    LineSettings,
    LinkSettings,
    MemberRow,
    SideSettings,
)
from provisor.config.cross_references import unknown_name
from provisor.config.fitting import Pair
from provisor.config.loading import read_document
from provisor.config.places import MEND, NOTHING_HAPPENED, SettingPath
from provisor.config.translation import translated
from provisor.config.yaml_document import Document
from provisor.domain.action import Operation
from provisor.domain.borrowing import loan_of
from provisor.domain.leaving import Gone, Leave
from provisor.domain.link import LinkState
from provisor.domain.plan import REENABLE, URGENT
from provisor.domain.record import Value, Values, as_text
from provisor.domain.rehearsal import (
    NO_KEY,
    Case,
    Expected,
    KnownLink,
    Left,
    PlanLine,
    SaidBefore,
    Scene,
    Subject,
    Wish,
)
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError, RecordProblem, SettingInvalid

MEND_CASES: Final = "mend the file, then run `provisor test`"


@dataclass(frozen=True, slots=True)
class JobUnderTest:
    """A job under test: its rules, and what its two systems say of themselves."""

    rules: JobRules
    pairs: Mapping[ObjectType, Pair]


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case with the line where it stands."""

    case: Case
    line: int


def read_cases(
    path: Path, jobs: Collection[str], job: Callable[[str], JobUnderTest]
) -> tuple[ReadCase, ...] | tuple[ConfigurationError, ...]:
    """Read a file of cases, or say everything that is wrong with it.

    Args:
        path: the file.
        jobs: names of all jobs.
        job: gives a job by its name.
    """
    try:
        document = read_document(path)
        settings = CaseFileSettings.model_validate(document.value)
    except ConfigurationError as wrong:
        found = [wrong]
    except ValidationError as wrong:
        found = translated(wrong, CaseFileSettings, document)
    else:
        reader = _File(document, settings, tuple(jobs), job)
        cases = tuple(reader.cases())
        if not reader.problems:
            return cases
        found = reader.problems
    for problem in found:
        problem.next = problem.next.replace(MEND, MEND_CASES)
    return tuple(found)


@dataclass(slots=True)
class _File:
    """One file while it is read; problems are collected."""

    document: Document
    settings: CaseFileSettings
    jobs: tuple[str, ...]
    job: Callable[[str], JobUnderTest]
    problems: list[ConfigurationError] = field(default_factory=list)

    def cases(self) -> Iterator[ReadCase]:
        for place, written in enumerate(self.settings.cases):
            path: SettingPath = ("cases", place)
            name = self._job_of(written, path)
            if name is None:
                continue
            reader = _Case(self, path, written, name, self.job(name))
            yield ReadCase(reader.case(), self.document.places.line(path))

    def _job_of(self, written: CaseSettings, path: SettingPath) -> str | None:
        name = written.job or self.settings.job or (self.jobs[0] if len(self.jobs) == 1 else "")
        if name in self.jobs:
            return name
        at = (*path, "job") if written.job else ("job",) if self.settings.job else path
        if name:
            self.add(unknown_name("job", name, self.jobs, self.document.places.where(at)))
        else:
            self.wrong("nothing says which job this case is for", at, f"add `job: {self.jobs[0]}`")
        return None

    def add(self, problem: ConfigurationError) -> None:
        self.problems.append(problem)

    def wrong(self, what: str, path: SettingPath, then: str = MEND) -> None:
        where = self.document.places.where(path)
        self.add(SettingInvalid(what, where=where, safe=NOTHING_HAPPENED, next=then))

    def known(self, kind: str, name: str, names: Collection[str], path: SettingPath) -> None:
        """Collect a problem when a name leads nowhere."""
        if name not in names:
            self.add(unknown_name(kind, name, names, self.document.places.where(path)))


@dataclass(frozen=True, slots=True)
class _Case:
    """One case while it is read."""

    file: _File
    path: SettingPath
    written: CaseSettings
    name: str
    job: JobUnderTest

    def case(self) -> Case:
        written = self.written
        scene = Scene(
            now=written.now or self.file.settings.now,
            records=self._rows("source", written.source),
            source_members=_pairs(written.source.memberships),
            accounts=self._rows("accounts", written.accounts),
            target_members=_pairs(written.accounts.memberships),
            links=tuple(
                KnownLink(
                    Subject(one.key, ObjectType(one.object)),
                    one.account,
                    one.state,
                    one.since,
                    one.missing_since,
                    _leave(one),
                )
                for one in written.links
            ),
            granted=_pairs(written.granted),
            overrides=tuple(
                SaidBefore(
                    one.kind,
                    Subject(one.key, ObjectType(one.object)),
                    one.attribute or "",
                    one.value,
                )
                for one in written.overrides
            ),
        )
        return Case(written.name, self.name, scene, self._expected(scene))

    # --- rows ------------------------------------------------------------------------------------

    def _rows(self, side: str, rows: SideSettings) -> dict[ObjectType, tuple[Values, ...]]:
        found: dict[ObjectType, tuple[Values, ...]] = {}
        for object_type, listed in (
            (ObjectType.USERS, rows.users),
            (ObjectType.GROUPS, rows.groups),
        ):
            path = (*self.path, side, object_type.value)
            if listed and object_type not in self.job.pairs:
                what = f"the job `{self.name}` has no rules for {object_type.value}"
                self.file.wrong(what, path, "leave them out, or name another job")
                continue
            for place, row in enumerate(listed):
                self._row(side, self.job.pairs[object_type], row, (*path, place))
            found[object_type] = listed
        return found

    def _row(self, side: str, pair: Pair, row: Values, path: SettingPath) -> None:
        schema = pair.source if side == "source" else pair.target
        known = pair.readable() if side == "source" else pair.comparable()
        kind = "source attribute" if side == "source" else "target attribute"
        for name in row if not schema.open else ():
            if side == "source" and loan_of(name, pair.lenders) is not None:
                continue  # A value of another job; the configuration was asked whether it has it.
            self.file.known(kind, name, known, (*path, name))
        if side == "accounts" and schema.key not in row:
            self.file.wrong(f"an account has no `{schema.key}`", path, f"add `{schema.key}:`")

    # --- what is expected ------------------------------------------------------------------------

    def _expected(self, scene: Scene) -> Expected:
        expect = self.written.expect
        path = (*self.path, "expect")
        if all(getattr(expect, name) is None for name in type(expect).model_fields):
            self.file.wrong("a case expects nothing", path, "add `desired:` or `plan:`")
        subjects = _Subjects(self.file, self.job, scene)
        self._known_codes(expect.set_aside or {}, (*path, "set_aside"))
        for part in expect.parts or {}:
            self.file.known("part", part, _parts(self.job), (*path, "parts", part))

        def of(named: Mapping[str, str] | None, word: str) -> dict[Subject, str] | None:
            if named is None:
                return None
            return {subjects.one(key, (*path, word, key)): told for key, told in named.items()}

        return Expected(
            desired=self._desired(subjects, (*path, "desired")),
            plan=self._plan(subjects, (*path, "plan")),
            set_aside=of(expect.set_aside, "set_aside"),
            out_of_scope=of(expect.out_of_scope, "out_of_scope"),
            leavers=of(expect.leavers, "leavers"),
            waiting=of(expect.waiting, "waiting"),
            accounts=expect.accounts,
            parts=expect.parts,
        )

    def _known_codes(self, named: Mapping[str, str], path: SettingPath) -> None:
        codes = {kind("").code for kind in RecordProblem.__subclasses__()}
        for key, code in named.items():
            if code:
                self.file.known("problem of a record", code, codes, (*path, key))

    def _desired(
        self, subjects: _Subjects, path: SettingPath
    ) -> dict[Subject, Mapping[str, Wish]] | None:
        if self.written.expect.desired is None:
            return None
        found: dict[Subject, Mapping[str, Wish]] = {}
        for key, row in self.written.expect.desired.items():
            subject = subjects.one(key, (*path, key))
            rules = self.job.rules.objects.get(subject.object_type)
            mapped = [mapping.attribute for mapping in rules.mappings] if rules else []
            for name in row:
                self.file.known("mapped attribute", name, mapped, (*path, key, name))
            found[subject] = {name: _wish(value) for name, value in row.items()}
        return found

    def _plan(self, subjects: _Subjects, path: SettingPath) -> tuple[PlanLine, ...] | None:
        lines = self.written.expect.plan
        if lines is None:
            return None
        return tuple(self._line(line, subjects, (*path, place)) for place, line in enumerate(lines))

    def _line(self, line: LineSettings, subjects: _Subjects, path: SettingPath) -> PlanLine:
        subject = subjects.one(line.key, path)
        of_members = line.operation is Operation.MEMBERSHIP
        kind = ObjectType.GROUPS if of_members else subject.object_type
        rules = self.job.rules.objects.get(kind)
        known = rules.target_attributes() if rules is not None else ()
        for word, row in (("changes", line.changes or {}), ("including", line.including)):
            for name in row:
                self.file.known("target attribute", name, known, (*path, word, name))
        return PlanLine(
            line.operation,
            Subject(subject.key, ObjectType.MEMBERSHIPS) if of_members else subject,
            line.changes,
            line.including,
            _names(line.adds),
            _names(line.removes),
            _names(line.draws),
        )


def _names(written: Collection[str] | None) -> frozenset[str] | None:
    return None if written is None else frozenset(written)


def _wish(value: Value) -> Wish:
    return Left.ALONE if value == Left.ALONE.value else value


def _leave(link: LinkSettings) -> Leave | None:
    """Return since when a linked person is gone, as a cycle before would have written it down."""
    since = link.left_since
    if since is None and link.state is LinkState.DISABLED:
        since = link.since
    return None if since is None else Leave(since, Gone(link.left_as or Gone.LEAVER))


def _pairs(rows: Collection[MemberRow]) -> tuple[tuple[str, str], ...]:
    return tuple((row.group, row.member) for row in rows)


def _parts(job: JobUnderTest) -> tuple[str, ...]:
    kinds = [*job.rules.objects, ObjectType.MEMBERSHIPS]
    return (URGENT, REENABLE, *(f"{kind}.{operation}" for kind in kinds for operation in Operation))


class _Subjects:
    """Whom the keys of a case mean: people first, then groups."""

    def __init__(self, file: _File, job: JobUnderTest, scene: Scene) -> None:
        self._file = file
        self._kinds = [kind for kind in (ObjectType.USERS, ObjectType.GROUPS) if kind in job.pairs]
        self._keys = {kind: _keys(kind, job, scene) for kind in self._kinds}

    def one(self, written: str, path: SettingPath) -> Subject:
        """Return whom a key means; `groups KEY` says which kind."""
        kind, _, key = written.partition(" ")
        for object_type in self._kinds:
            if kind == object_type.value and key in self._keys[object_type]:
                return Subject(key, object_type)
            if written in self._keys[object_type]:
                return Subject(written, object_type)
        everybody = frozenset[str]().union(*self._keys.values())
        self._file.known("record or link of this case", written, everybody, path)
        return Subject(written, self._kinds[0])


def _keys(kind: ObjectType, job: JobUnderTest, scene: Scene) -> frozenset[str]:
    key = job.rules.objects[kind].key
    rows = scene.records.get(kind, ())
    linked = (link.subject.key for link in scene.links if link.subject.object_type is kind)
    return frozenset(as_text(row.get(key)) or NO_KEY for row in rows) | frozenset(linked)
