"""How match questions and their answers look: candidates beside the record, or JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from provisor.cli.people_shapes import alike_shape, print_person_questions, questions_shape
from provisor.cli.rooms import console, print_json
from provisor.domain.override import NEW_ACCOUNT, Override
from provisor.domain.record import Value, as_text
from provisor.engine.asking.answer import Heard
from provisor.engine.asking.questions import Beside, Likeness, OpenQuestion, OpenQuestions, Shown

MOST_QUESTIONS = 20
"""Questions in readable form; `--json` has all."""
_MARKS = {Likeness.EQUAL: "= ", Likeness.DIFFERENT: "\u2260 ", Likeness.EMPTY: "  "}
_STYLES = {Likeness.EQUAL: "green", Likeness.DIFFERENT: "red", Likeness.EMPTY: "dim"}


def print_questions(job: str, found: OpenQuestions, *, as_json: bool) -> None:
    """Print open questions."""
    if as_json:
        print_json(
            {
                "job": job,
                "questions": [_question_shape(one) for one in found.questions],
                "doubts": list(found.doubts),
                "people": questions_shape(found.people),
                "alike": alike_shape(found.alike),
            }
        )
        return
    out = console()
    for one in found.questions[:MOST_QUESTIONS]:
        _print_question(one)
    left = len(found.questions) - MOST_QUESTIONS
    if left > 0:
        out.print(f"and {left} more; `provisor matches {job} --json` lists them all")
    if found.questions:
        out.print(f"answer: `provisor link {job} KEY ACCOUNT --reason TEXT`, `new` for none")
    elif not found.people:
        out.print("no match question is open")
    print_person_questions(found.system, found.people, found.alike, MOST_QUESTIONS)
    for doubt in found.doubts:
        out.print(Text(f"not complete: {doubt}; the list may not be, either", style="red"))


def _print_question(one: OpenQuestion) -> None:
    question = one.question
    out = console()
    out.print(Text(f"{question.object_type.value} {question.key}: {question.kind.value}", "bold"))
    out.print(Text(f"  {one.what}"))
    for shown in one.candidates:
        out.print(Text(f"  {_about(shown)}"))
    table = Table(box=None, padding=(0, 2, 0, 2))
    for heading in ("attribute", "record", *(c.candidate.native_id for c in one.candidates)):
        table.add_column(heading, overflow="fold")
    columns = [shown.values for shown in one.candidates]
    for beside in zip(*columns, strict=True):
        table.add_row(
            Text(beside[0].attribute), Text(as_text(beside[0].wanted)), *map(_cell, beside)
        )
    out.print(table)


def _about(shown: Shown) -> str:
    words = [f"{shown.candidate.native_id} {shown.name}".strip()]
    words.append(f"named by {', '.join(shown.candidate.rules)}")
    if shown.rivals:
        words.append(f"may also be {', '.join(shown.rivals)}'s")
    if shown.candidate.parted:
        words.append("was unlinked from this record")
    return ", ".join(words)


def _cell(beside: Beside) -> Text:
    mark = _MARKS[beside.likeness]
    return Text(f"{mark}{as_text(beside.held)}", style=_STYLES[beside.likeness])


def _question_shape(one: OpenQuestion) -> dict[str, object]:
    question = one.question
    natives = [candidate.native_id for candidate in question.candidates]
    return {
        "object": question.object_type.value,
        "key": question.key,
        "kind": question.kind.value,
        "what": one.what,
        "answers": [*natives, NEW_ACCOUNT],
        "candidates": [_candidate_shape(shown) for shown in one.candidates],
    }


def _candidate_shape(shown: Shown) -> dict[str, object]:
    return {
        "target_id": shown.candidate.native_id,
        "name": shown.name,
        "rules": list(shown.candidate.rules),
        "parted": shown.candidate.parted,
        "rivals": list(shown.rivals),
        "values": [
            {
                "attribute": beside.attribute,
                "record": _plain(beside.wanted),
                "account": _plain(beside.held),
                "likeness": beside.likeness.value,
            }
            for beside in shown.values
        ],
    }


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def print_heard(job: str, heard: Sequence[Heard], *, as_json: bool) -> None:
    """Print what became of answers."""
    if as_json:
        print_json({"job": job, "links": [_heard_shape(one) for one in heard]})
        return
    out = console()
    for one in heard:
        if one.refusal is not None:
            out.print(Text(f"refused: {one.answer.key}: {one.refusal.what}", style="red"))
            out.print(Text(f"  found: {one.refusal.found}\n  next:  {one.refusal.next}", "dim"))
        elif len(heard) == 1:
            state = "kept" if one.fresh else "known before"
            out.print(Text(f"{state}: {one.answer.key} has {_account(one.native_id)}"))
    kept = sum(one.fresh for one in heard)
    refused = sum(one.refusal is not None for one in heard)
    known = len(heard) - kept - refused
    out.print(f"{kept} answer(s) kept, {known} known before, {refused} refused")
    if kept:
        out.print(f"next: `provisor plan {job}` shows what follows")


def _account(native: str) -> str:
    return "no account yet" if native == NEW_ACCOUNT else f"account {native}"


def _heard_shape(one: Heard) -> dict[str, object]:
    refusal = one.refusal
    state = "kept" if one.fresh else "unchanged" if refusal is None else "refused"
    return {
        "key": one.answer.key,
        "account": one.answer.account,
        "target_id": one.native_id or None,
        "override": one.override.id if one.override is not None else None,
        "state": state,
        "error": {"code": refusal.code, **refusal.parts()} if refusal is not None else None,
    }


def print_parted(job: str, overrides: Sequence[Override], *, as_json: bool) -> None:
    """Print which links were ended."""
    if as_json:
        links = [
            {
                "key": one.key,
                "object": one.object_type.value,
                "target_id": as_text(one.value),
                "override": one.id,
            }
            for one in overrides
        ]
        print_json({"job": job, "links": links})
        return
    out = console()
    for one in overrides:
        out.print(Text(f"{one.key} and account {as_text(one.value)} are not linked any more"))
    out.print("the account was not touched, and no rule links the two again")
    out.print(f"next: `provisor matches {job}`, then `provisor link` says whose it is")
