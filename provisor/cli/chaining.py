"""Jobs in a row: run one behind the other, and who waits for whom."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import Shape
from provisor.config.chains import Chain, in_order
from provisor.domain.borrowing import loan_of
from provisor.domain.reference import OF_OTHER_JOBS
from provisor.errors import (
    DONE,
    REFUSED_OR_WAITING,
    CommandInvalid,
    ProvisorError,
    TrustBroken,
    strictest,
)
from provisor.ports.store import StoredPlan
from provisor.wiring import Wiring


def chain_shape(chain: Chain | None) -> Shape:
    """Return what ties a job to others."""
    if chain is None:
        return {}
    owners = {kind.value: owner for kind, owner in chain.owners.items()}
    return {"after": list(chain.after), "reads": list(chain.reads), "owners": owners}


def chain_lines(job: str, chain: Chain) -> Iterator[str]:
    """Yield what ties a job to others, in words."""
    if chain.after:
        reads = f"; reads {', '.join(chain.reads)}" if chain.reads else ""
        yield f"after {', '.join(chain.after)}{reads}"
    for kind, owner in chain.owners.items():
        if owner is None:
            yield f"{kind}: only adds to what is there; no job owns it"
        elif owner != job:
            yield f"{kind}: only adds to what {owner} owns"


def waits_for(plan: StoredPlan | None, chain: Chain) -> dict[str, int]:
    """Return how many people and groups a plan leaves waiting, by the job that they wait for."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in plan.pending if plan is not None else ():
        if one.lack not in OF_OTHER_JOBS:
            continue
        loan = loan_of(one.value, chain.after)
        other = loan.job if loan is not None else chain.owners.get(one.object_type) or ""
        found.setdefault(other, set()).add((one.object_type.value, one.key))
    return {name: len(keys) for name, keys in sorted(found.items())}


def waiting_lines(job: Shape) -> Iterator[str]:
    """Yield for whom a job waits, in words."""
    waits = job["waits_for"]
    for name, count in waits.items() if isinstance(waits, Mapping) else ():
        other = name or "accounts that nobody makes"
        yield f"{job['job']}: {count} waiting for {other}"


def refuse_unclear(job: str, *, every: object, lines: object) -> None:
    """Refuse a run of which nobody can say which jobs it is about.

    Raises:
        CommandInvalid: neither a job nor `--all`, or both; or lines of several plans.
    """
    if bool(job) != bool(every) and not (every and lines):
        return
    raise CommandInvalid(
        "a run is about one JOB, or about all of them with `--all`",
        where="run",
        found="both" if job and every else "`--all` beside `--jsonl`" if every else "neither",
        safe="nothing was read and nothing was written",
        next="name a job, or write `provisor run --all`",
    )


def run_every_job(wiring: Wiring, only: Sequence[str], *, as_json: bool) -> int:
    """Run every job behind those after which it runs; return the exit code.

    A job that cannot run is told, and the others go on: what they would read of it waits.

    Raises:
        TrustBroken: the log or the store cannot be believed; nothing more is run.
    """
    from provisor.cli.printing import print_result
    from provisor.cli.shapes import result_shape
    from provisor.engine.on_demand import on_demand
    from provisor.engine.run import run_job

    codes = [DONE]
    shapes: list[Shape] = []
    for name in in_order(wiring.configuration.settings.jobs):
        if wiring.halt.why:
            codes.append(REFUSED_OR_WAITING)
            break
        try:
            result = run_job(on_demand(wiring.job(name), only))
        except TrustBroken:
            raise
        except ProvisorError as error:
            codes.append(error.exit_code)
            shapes.append({"job": name, "error": {"code": error.code, **error.parts()}})
            print(f"job {name}: {error}", file=sys.stderr)
            continue
        codes.append(result.exit_code)
        shapes.append(result_shape(result))
        if not as_json:
            print_result(wiring, result, as_json=False, as_lines=False)
            console().print()
    if as_json:
        print_json({"runs": shapes})
    return strictest(codes)
