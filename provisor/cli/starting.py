"""init: a folder with a configuration to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provisor.errors import CommandInvalid, UnknownName, nearest
from provisor.presets import DEFAULT, PRESETS, Preset, laid_out


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or a new one.")],
    name: Annotated[
        str, typer.Option("--preset", help=f"What the target is: {', '.join(PRESETS)}.")
    ] = DEFAULT,
) -> None:
    """Write a configuration to begin with, its cases and a sample of a feed; call nobody."""
    preset = _preset(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandInvalid(
            "a configuration to begin with needs a folder of its own",
            where=str(folder),
            found="something is there already",
            safe="nothing was written",
            next="name an empty folder, or one that is not there yet",
        )
    for path, text in laid_out(preset).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        typer.echo(str(folder / path))
    for line in _next_steps(folder, preset):
        typer.echo(line)


def _preset(name: str) -> Preset:
    if name in PRESETS:
        return PRESETS[name]
    near = nearest(name, PRESETS)
    raise UnknownName(
        f"no preset is called `{name}`",
        where="--preset",
        found=f"there are {', '.join(PRESETS)}",
        safe="nothing was written",
        next=f"did you mean `{near}`?" if near else "choose one of them",
    )


def _next_steps(folder: Path, preset: Preset) -> list[str]:
    secret = [f"  export {preset.secret}=…"] if preset.secret else []
    return [
        "",
        "next:",
        f"  cd {folder}",
        "  provisor check              is it right? calls nobody",
        "  provisor test               do the rules mean what the cases say?",
        *secret,
        "  provisor check --connect    do the systems let us in? writes nothing",
        "  provisor plan people        what would change, and why; changes nothing",
    ]
