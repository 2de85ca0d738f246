"""How people over several sources look: records, origins, questions, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.person import PersonQuestion, PersonWord, Ref, WordKind, record_name
from provisor.domain.record import Value, as_text
from provisor.engine.people.people_desk import Said
from provisor.ports.people import Alike, Portrait

Shape = dict[str, object]


def portrait_shape(portrait: Portrait | None, words: Sequence[PersonWord] = ()) -> Shape | None:
    """Return a person as JSON; None where there is none."""
    if portrait is None:
        return None
    return {
        "person": portrait.key,
        "records": [_record_shape(ref, rule, here=True) for ref, rule in portrait.records]
        + [_record_shape(ref, rule, here=False) for ref, rule in portrait.former],
        "attributes": [
            {
                "attribute": one.attribute,
                "value": _plain(one.chosen.value),
                "origin": record_name(one.chosen.ref),
                "others": [
                    {"value": _plain(other.value), "origin": record_name(other.ref)}
                    for other in one.others
                ],
            }
            for one in portrait.accounts
        ],
        "question": _question_shape(portrait.key, portrait.question)
        if portrait.question is not None
        else None,
        "words": [_word_shape(word) for word in words],
    }


def _record_shape(ref: Ref, rule: str, *, here: bool) -> Shape:
    return {"record": record_name(ref), "rule": rule, "here": here}


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _word_shape(word: PersonWord) -> Shape:
    return {
        "id": word.id,
        "kind": word.kind.value,
        "person": word.person,
        "other": word.other,
        "author": word.author,
        "approver": word.approver,
        "reason": word.reason,
        "at": word.at.isoformat(),
    }


def print_portrait(portrait: Portrait, words: Sequence[PersonWord], *, as_json: bool) -> None:
    """Print one person."""
    if as_json:
        print_json(portrait_shape(portrait, words) or {})
        return
    out = console()
    out.print(Text(f"person {portrait.key}"))
    print_origins(portrait)
    for word in words:
        out.print(Text(f"{word.kind.value}: {word.other} by {word.author}: {word.reason}"))


def print_origins(portrait: Portrait | None) -> None:
    """Print the records of a person, and who said what; nothing for nobody."""
    if portrait is not None:
        console().print(_records(portrait))
        console().print(_origins(portrait))


def _records(portrait: Portrait) -> Text:
    lines = [f"record:   {_record_words(ref, rule)}" for ref, rule in portrait.records]
    lines += [f"record:   {_record_words(ref, rule)}, gone now" for ref, rule in portrait.former]
    if portrait.question is not None:
        lines.append(f"question: {portrait.question.told}: {_candidates(portrait.question)}")
    return Text("\n".join(lines))


def _record_words(ref: Ref, rule: str) -> str:
    return f"{record_name(ref)}, {f'by {rule}' if rule else 'the first'}"


def _origins(portrait: Portrait) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("attribute", "value", "from", "others say"):
        table.add_column(heading, overflow="fold")
    for one in portrait.accounts:
        others = ", ".join(f"{as_text(o.value)} ({record_name(o.ref)})" for o in one.others)
        origin = record_name(one.chosen.ref)
        table.add_row(*map(Text, (one.attribute, as_text(one.chosen.value), origin, others)))
    return table


def print_said(said: Said, *, as_json: bool) -> None:
    """Print what was decided."""
    word = said.word
    if as_json:
        accounts = [{"target": target, "target_id": native} for target, native in said.accounts]
        print_json(_word_shape(word) | {"records": list(said.records), "accounts": accounts})
        return
    out = console()
    if word.kind is WordKind.MERGE:
        out.print(Text(f"{word.other} is part of {word.person} from now on"))
    else:
        out.print(Text(f"{word.other} is not {word.person}"))
    out.print(Text(f"records:  {', '.join(said.records)}"))
    for target, native in said.accounts:
        out.print(Text(f"account:  {native} of {target} went with them"))
    out.print("no target was written to; the next plan shows what follows")


# --- questions --------------------------------------------------------------------------------


def questions_shape(questions: Mapping[str, PersonQuestion]) -> list[Shape]:
    """Return open questions as JSON."""
    return [_question_shape(key, one) for key, one in questions.items()]


def _question_shape(key: str, one: PersonQuestion) -> Shape:
    return {
        "key": key,
        "record": record_name(one.ref),
        "what": one.told,
        "candidates": [
            {"person": person, "rules": list(rules)} for person, rules in one.candidates
        ],
    }


def alike_shape(alike: Iterable[Alike]) -> list[Shape]:
    """Return known people who look like one, as JSON."""
    return [{"rule": one.rule, "people": list(one.persons)} for one in alike]


def print_person_questions(
    system: str, questions: Mapping[str, PersonQuestion], alike: Sequence[Alike], most: int
) -> None:
    """Print which records wait for somebody to say whose they are."""
    out = console()
    for one in list(questions.values())[:most]:
        out.print(Text(f"record {record_name(one.ref)}: {one.told}", "bold"))
        out.print(Text(f"  {_candidates(one)}"))
    if len(questions) > most:
        out.print(f"and {len(questions) - most} more; `--json` lists them all")
    for pair in alike[:most]:
        named = " and ".join(pair.persons)
        out.print(Text(f"`{pair.rule}` takes {named} for one person; they stay as they are"))
    if questions or alike:
        out.print(
            f"answer: `provisor identity merge {system} PERSON RECORD --reason TEXT`, or "
            f"`provisor identity split {system} RECORD --reason TEXT` for somebody else"
        )


def _candidates(one: PersonQuestion) -> str:
    return "; ".join(f"{person}, by {' and '.join(rules)}" for person, rules in one.candidates)
