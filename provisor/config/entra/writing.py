"""A draft as YAML: what to fill in and what is missing as comments, every text quoted exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import yaml

from provisor.config.entra.drafting import Draft, systems
from provisor.config.entra.gaps import GAPS
from provisor.config.entra.report import Item, Report
from provisor.config.entra.resources import Verdict

MOST_REASONS: Final = 100
"""Comments about what was left out, and names in one of them; the rest is counted."""

_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_LARGEST_INLINE: Final = 4


class _Writer(yaml.SafeDumper):
    """Block style, small mappings on one line, no text that could be read as anything else."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


class _Inline(dict[str, object]):
    """A mapping that stands on one line."""


def _represent_text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if _BARE.fullmatch(text) and text.lower() not in _WORDS:
        style = None
    else:
        style = "'" if text.isprintable() else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_inline(writer: yaml.SafeDumper, value: _Inline) -> yaml.MappingNode:
    return writer.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)


_Writer.add_representer(str, _represent_text)
_Writer.add_representer(_Inline, _represent_inline)


def document(draft: Draft) -> dict[str, object]:
    """Return the draft as the settings that its file holds."""
    return {
        "version": 1,
        "systems": systems(draft),
        "jobs": {job.name: job.settings for job in draft.jobs},
    }


def written(draft: Draft, report: Report, file: str) -> str:
    """Return the file of a draft.

    Args:
        draft: the jobs.
        report: for the comments.
        file: name of the export.
    """
    parts = document(draft)
    about_systems = "".join(f"# {_clean(line)}\n" for line in _columns(draft))
    return "\n".join(
        [
            _comment(_head(draft, report, file)),
            yaml_text({"version": parts["version"]}),
            about_systems + yaml_text({"systems": parts["systems"]}),
            yaml_text({"jobs": parts["jobs"]}),
        ]
    )


def yaml_text(value: dict[str, object]) -> str:
    """Write settings so that reading them gives the same settings.

    Example:
        >>> print(yaml_text({"country": "NO", "token": {"env": "T"}, "badge": "0042"}), end="")
        country: 'NO'
        token: {env: T}
        badge: '0042'
    """
    return yaml.dump(
        _arranged(value, ""),
        Dumper=_Writer,
        allow_unicode=True,
        sort_keys=False,
        width=10**9,
    )


def _arranged(value: object, name: str) -> object:
    if isinstance(value, list):
        return [_arranged(item, "") for item in value]
    if not isinstance(value, dict):
        return value
    plain = not any(isinstance(inner, dict | list) for inner in value.values())
    if plain and value and name not in _BLOCKS and len(value) <= _LARGEST_INLINE:
        return _Inline(value)
    return {key: _arranged(inner, key) for key, inner in value.items()}


_BLOCKS: Final = ("", "attributes")


def _head(draft: Draft, report: Report, file: str) -> Iterator[str]:
    yield f"A draft, made by `provisor import-entra` from {file}."
    yield "It calls nobody, and writes nothing before somebody has approved a plan."
    yield ""
    yield f"Fill in every `{'fill-in'}` below, then run `provisor check`."
    yield "The way from here to the switch, and back: docs/cutover.md"
    yield ""
    yield "What the export does not hold:"
    for gap in GAPS:
        yield f"  - {gap.what}"
        yield f"    {gap.then}"
    for title, verdicts in (
        ("What was left out", (Verdict.UNSUPPORTED, Verdict.UNKNOWN)),
        ("What is different here", (Verdict.CHANGED,)),
    ):
        items = [item for item in report.items if item.verdict in verdicts]
        yield ""
        yield f"{title} ({len(items)}):"
        yield from _reasons(draft, items)
    yield ""
    yield f"Every key of the export: `provisor import-entra {file} --json`"


def _reasons(draft: Draft, items: list[Item]) -> Iterator[str]:
    """Yield each reason once, with everything that it is about."""
    found: dict[str, list[str]] = {}
    for item in items:
        for reason in item.reasons:
            found.setdefault(reason, []).append(item.named(draft.tree))
    for reason, names in islice(found.items(), MOST_REASONS):
        yield f"  - {reason}"
        yield from (f"      {name}" for name in names[:MOST_REASONS])
        if len(names) > MOST_REASONS:
            yield f"      and {len(names) - MOST_REASONS} more"
    if len(found) > MOST_REASONS:
        yield f"  - and {len(found) - MOST_REASONS} more, see the report"


def _columns(draft: Draft) -> Iterator[str]:
    """Say which columns the files of each source must have."""
    for job in draft.jobs:
        for object_type, rules in job.rules.items():
            names = sorted(rules.reads() | {rules.source.anchor or "id"})
            yield f"{job.source}, {object_type.value}: {', '.join(names)}"


def _comment(lines: Iterable[str]) -> str:
    return "".join(f"# {_clean(line)}".rstrip() + "\n" for line in lines)


def _clean(text: str) -> str:
    return "".join(sign if sign.isprintable() else "·" for sign in text)
