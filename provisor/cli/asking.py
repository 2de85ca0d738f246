"""explain, status, alerts."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Job, Json, Key, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("explain")(explain)
    app.command("status")(status)
    app.command("alerts")(alerts)


def explain(context: typer.Context, job: Job, key: Key, as_json: Json = False) -> None:
    """Tell the story of one person or group: row, scope, mapping, match, and what is planned."""
    from provisor.cli.revision_shapes import cited_shape
    from provisor.cli.rooms import house
    from provisor.cli.stories import print_story
    from provisor.engine.explain import explain as tell

    with house(globals_of(context)) as wiring:
        story = tell(wiring.job(job), key)
        print_story(story, cited_shape(wiring, story.revision), as_json=as_json)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Say how every job stands: last plan, last run, what waits, what is frozen, what alarms."""
    from provisor.cli.rooms import house
    from provisor.cli.standing import print_status

    with house(globals_of(context)) as wiring:
        print_status(wiring, as_json=as_json)


def alerts(
    context: typer.Context,
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
) -> None:
    """List what deserves a person's attention."""
    from provisor.cli.rooms import house
    from provisor.cli.standing import print_alerts

    with house(globals_of(context)) as wiring:
        found = wiring.store.alerts.all() if every else wiring.store.alerts.open()
        print_alerts(found, as_json=as_json)
