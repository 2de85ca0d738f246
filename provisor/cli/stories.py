"""How the story of one person looks, and the list of accounts that are not simply right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.table import Table
from rich.text import Text

from provisor.cli.drift_tables import drift_item, drift_words
from provisor.cli.override_tables import state
from provisor.cli.people_shapes import portrait_shape, print_origins
from provisor.cli.referred import pending_shape, pending_words
from provisor.cli.revision_shapes import cited_words
from provisor.cli.rights import held_right_line, held_right_shape
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import Shape
from provisor.cli.undo_shapes import carried_shape, undo_words
from provisor.domain.override import Override
from provisor.domain.plan import Draft
from provisor.domain.record import as_text
from provisor.domain.speaking import is_word
from provisor.domain.undoing import undo_of
from provisor.engine.explain import Story
from provisor.engine.mapped_lines import MappedLine
from provisor.engine.reasons import Reason


def print_story(story: Story, cited: Shape | None, *, as_json: bool) -> None:
    """Print what Provisor knows and would do about one key, and under which revision."""
    if as_json:
        print_json(_story_shape(story) | _besides(story, cited))
        return
    out = console()
    cited_line = f"\nrules of: {cited_words(cited)}" if cited is not None else ""
    out.print(Text(f"{story.object_type.value} {story.key}{cited_line}"))
    out.print(Text("\n".join([f"scope:    {story.scope}", *map(_reason_words, story.reasons)])))
    out.print(Text(f"account:  {_account(story)}"))
    print_origins(story.portrait)
    if story.policy:
        out.print(Text(f"policy:   {story.policy}"))
    out.print(Text("".join(_override_lines(story))), end="")
    if story.lines:
        out.print(_mapped(story))
    out.print(Text("".join(f"others:   {drift_words(one)}\n" for one in story.drift)), end="")
    _print_due(story)
    for held in story.rights:
        out.print(Text(f"right:    {held_right_line(held)}"))
    if story.former:
        out.print(Text(f"before:   in {', '.join(story.former)}; nothing gives that back"))
    for step in story.steps:
        out.print(Text(f"next:     {step.day or 'no day yet'}: {step.what}"))
    for doubt in story.doubts:
        out.print(Text(f"not complete: {doubt}; nothing would be planned now", style="red"))


def _override_lines(story: Story) -> Iterator[str]:
    undos = {undo.id: undo_words(undo) for undo in story.undos}
    for override in story.overrides:
        yield f"override: {_override_words(override, story.now)}\n"
        if undo_of(override.id):
            yield f"          {override.id} {undos[undo_of(override.id)]}\n"
    for override in story.said:
        yield f"said:     {_override_words(override, story.now)}\n"


def _override_words(override: Override, now: datetime) -> str:
    """Return one decision in words: what, by whom, until when, and why; never a value."""
    about = override.attribute or (f"of {override.value}" if is_word(override) else "")
    consent = f", agreed by {override.consent.approver}" if override.consent is not None else ""
    kind = f"{override.kind.value} {about}".strip()
    who = f"by {override.author}{consent}"
    return f"{kind} {who} ({override.id}, {state(override, now)}): {override.reason}"


def _besides(story: Story, cited: Shape | None) -> Shape:
    undos = [carried_shape(one) for one in story.undos]
    said = [
        {"override": one.id, "kind": one.kind.value, "state": state(one, story.now)}
        for one in (*story.overrides, *story.said)
    ]
    person = portrait_shape(story.portrait)
    return {"revision": cited, "undos": undos, "person": person, "said": said}


def _print_due(story: Story) -> None:
    """What would be done now, and what would be left out."""
    out = console()
    for one in story.set_aside:
        out.print(Text(f"set aside: {one.parts['what']}", style="yellow"))
        out.print(Text(f"  next:  {one.parts.get('next', '')}", style="dim"))
    for words in pending_words(story.pending):
        out.print(Text(words))
    for draft in story.drafts:
        out.print(Text(f"would {draft.action.operation.value}: {_draft_words(draft)}"))
    if not story.drafts and not story.set_aside:
        out.print("nothing would be done")


def _reason_words(reason: Reason) -> str:
    answer = {True: "true", False: "false", None: "unknown"}[reason.holds]
    titles = "".join(f"{title}: " for title in reason.titles)
    return f"  {reason.rule}: {titles}{reason.clause} is {answer}; found {reason.found}"


def _account(story: Story) -> str:
    if story.link is not None:
        there = "" if story.account is not None else ", which is missing from the target"
        since = f" since {story.link.since:%Y-%m-%d}" if story.link.since else ""
        return f"linked with {story.link.native_id} ({story.link.state.value}{since}){there}"
    if story.account is not None:
        return f"{story.account.key} would be adopted"
    return "none"


def _mapped(story: Story) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("attribute", "should be", "is", "rule"):
        table.add_column(heading, overflow="fold")
    for line in story.lines:
        wanted = Text(line.problem, style="red") if line.problem else Text(as_text(line.value))
        table.add_row(line.attribute, wanted, Text(as_text(line.present)), Text(line.rule))
    return table


def _draft_words(draft: Draft) -> str:
    names = ", ".join(change.attribute for change in draft.action.changes)
    return f"{names or 'members'}; because {draft.action.rule}"


def _reason_shape(reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule,
        "titles": list(reason.titles),
        "clause": reason.clause,
        "found": reason.found,
        "holds": reason.holds,
    }


def _story_shape(story: Story) -> dict[str, object]:
    return {
        "object": story.object_type.value,
        "key": story.key,
        "record": dict(story.record) if story.record is not None else None,
        "scope": story.scope,
        "clauses": [_reason_shape(reason) for reason in story.reasons],
        "link": None
        if story.link is None
        else {
            "target_id": story.link.native_id,
            "anchor": story.link.anchor,
            "state": story.link.state.value,
        },
        "account": dict(story.account.values) if story.account is not None else None,
        "mapping": [_line_shape(line) for line in story.lines],
        "overrides": [o.id for o in story.overrides],
        "drift": [drift_item(one) for one in story.drift],
        "would": [
            {"operation": d.action.operation.value, "rule": d.action.rule} for d in story.drafts
        ],
        "set_aside": [{"error": s.code, **s.parts} for s in story.set_aside],
        "doubts": list(story.doubts),
        "pending": [pending_shape(one) for one in story.pending],
        "policy": story.policy,
        "rights": [held_right_shape(one) for one in story.rights],
        "former_groups": list(story.former),
        "next": [
            {"day": step.day.isoformat() if step.day else None, "what": step.what}
            for step in story.steps
        ],
    }


def _line_shape(line: MappedLine) -> dict[str, object]:
    return {
        "attribute": line.attribute,
        "rule": line.rule,
        "value": line.value,
        "present": line.present,
        "problem": line.problem,
    }
