"""config propose and activate: a text read and worked out, and the active text written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from provisor.cli.rehearsing import FOLDER, tried
from provisor.cli.revision_shapes import results_of
from provisor.cli.revision_tables import print_standing
from provisor.cli.rooms import console
from provisor.config.loading import load
from provisor.config.publishing import publish, text_of
from provisor.config.whole_revision import Written, written
from provisor.domain.canonical import Json
from provisor.domain.configuration_life import ConfigurationRevision
from provisor.domain.redaction import without_remarked_secrets
from provisor.engine.job import Actor
from provisor.engine.revisions.agreeing import activate
from provisor.engine.revisions.consequences import Pairing, consequences
from provisor.engine.revisions.desk import Standing
from provisor.engine.revisions.naming_revisions import found_in
from provisor.engine.revisions.revising import Proposal, propose
from provisor.errors import DONE, SOMETHING_LEFT, CommandInvalid, ConfigurationError
from provisor.wiring import Wiring, desk_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What is proposed: a file, an earlier revision, or the file in question; and why."""

    file: Path | None
    origin: str
    reason: str


def propose_revision(wiring: Wiring, wish: Wish, *, as_json: bool) -> int:
    """Propose a configuration with what it would do; return the exit code."""
    chronicle = wiring.store.configurations.chronicle()
    origin = found_in(chronicle, wish.origin) if wish.origin else None
    text = _text(wiring, wish, origin)
    with ExitStack() as opened:
        then = opened.enter_context(wiring.under(text))
        given = _proposal(then, text, wish, origin)
        active = chronicle.revision(chronicle.active)

        def work() -> Json:
            today, remark = _today(wiring, active)
            if today is not None:
                opened.enter_context(today)
            pairings = list(_pairings(today, then, remark))
            after = active.number if active is not None else 0
            cases = _cases(then)
            return consequences(pairings, cases, after=after, configuration=given.digest)

        found = propose(desk_of(wiring), given, work)
    print_standing(wiring, found, as_json=as_json)
    return SOMETHING_LEFT if _failed(found) else DONE


def _text(wiring: Wiring, wish: Wish, origin: ConfigurationRevision | None) -> str:
    if origin is not None and wish.file is not None:
        raise CommandInvalid(
            "a file and `--from` are two different texts",
            where="--from",
            safe="nothing was kept",
            next="name one of them",
        )
    if origin is not None:
        return origin.text
    path = wish.file or wiring.configuration.path
    # Read by its own name first, so that what is wrong with it is told under that name.
    load(path, wiring.configuration.environment)
    return text_of(path)


def _proposal(
    then: Wiring, text: str, wish: Wish, origin: ConfigurationRevision | None
) -> Proposal:
    for name in then.configuration.jobs:
        then.compiled(name)
    found = written(then.configuration, text)
    return Proposal(
        found.digest,
        found.document,
        _kept_text(then, found, text),
        found.jobs,
        wish.reason,
        origin.number if origin is not None else 0,
    )


def _kept_text(then: Wiring, found: Written, text: str) -> str:
    """Return the text without secrets in remarks, where it still means the same."""
    if found.text == text:
        return text
    with then.under(found.text) as again:
        same = written(again.configuration, found.text).digest == found.digest
    return found.text if same else text


def _today(wiring: Wiring, active: ConfigurationRevision | None) -> tuple[Wiring | None, str]:
    """Open the active configuration; where it can no longer be used, say why."""
    if active is None:
        return None, "no revision is active: compared with doing nothing"
    try:
        today = wiring.under(active.text)
        for name in today.configuration.jobs:
            today.compiled(name)
    except ConfigurationError as wrong:
        return None, f"the active revision cannot be used any more: {wrong.what}"
    return today, ""


def _pairings(today: Wiring | None, then: Wiring, remark: str) -> Iterator[Pairing]:
    before = today.configuration.jobs if today is not None else ()
    for name in dict.fromkeys([*then.configuration.jobs, *before]):
        was = today.job(name) if today is not None and name in before else None
        now = then.job(name) if name in then.configuration.jobs else None
        said = remark
        if now is None:
            said = "the job is removed: nothing keeps its accounts any more, leavers included"
        elif was is None and not said:
            said = "a new job: compared with doing nothing"
        yield Pairing(name, was, now, said)


def _cases(then: Wiring) -> Json:
    """Try the cases beside the configuration; None where there are none."""
    folder = then.configuration.folder / FOLDER
    files = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]) if folder.is_dir() else []
    if not files:
        return None
    with Wiring(then.configuration.disarmed(), Actor("rehearsal", asserted=True)) as quiet:
        jobs = {name: quiet.under_test(name) for name in quiet.configuration.jobs}
        told, wrong = tried(files, jobs)
    failed = [one for one in told if not one.trial.passed]
    return {
        "files": [
            {"file": path.name, "digest": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in files
        ],
        "passed": len(told) - len(failed),
        "failed": len(failed),
        "wrong": [problem.what for problem in wrong],
        "failures": [f"{one.file}: {one.trial.case.name}" for one in failed],
    }


def _failed(found: Standing) -> bool:
    told = results_of(found.results)
    tests = told.get("tests") if told is not None else None
    return isinstance(tests, dict) and bool(tests["failed"] or tests["wrong"])


def activate_revision(
    wiring: Wiring, reference: str, reason: str, *, keep_file: bool, as_json: bool
) -> int:
    """Make a revision active and write its text into the file; return the exit code."""
    found = activate(desk_of(wiring), reference, reason)
    print_standing(wiring, found, as_json=as_json)
    if keep_file:
        return DONE
    path = wiring.configuration.path
    present = text_of(path)
    if written(wiring.configuration, present).digest == found.revision.digest:
        return DONE
    if not _is_kept(found, present):
        if not as_json:
            console().print(
                f"{path.name} holds a text that is no revision, and was left "
                "alone; jobs act only once it is the active text: "
                f"`provisor config show {found.revision.number} --text`",
                markup=False,
            )
        return SOMETHING_LEFT
    publish(path, found.revision.text)
    wiring.reached("configuration.written")
    return DONE


def _is_kept(found: Standing, present: str) -> bool:
    """Say whether nothing is lost with the present text: it is that of a revision."""
    texts = {one.text for one in found.chronicle.revisions}
    return without_remarked_secrets(present) in texts or present in texts
