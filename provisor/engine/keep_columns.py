"""Write down what a columnar plan knew, without an object per row."""

from __future__ import annotations

from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.survey import Survey
from provisor.ports.store import StoredPlan


def renew_columns(job: Job, survey: Survey, assembly: Assembly, stored: StoredPlan) -> None:
    """Keep what a columnar plan knew."""
    del job, survey, assembly, stored
