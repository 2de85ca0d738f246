"""What a system promises that is only ever read."""

from __future__ import annotations

from provisor.domain.schema import ObjectType
from provisor.errors import Unsupported
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import outcomes, problem_of
from provisor.testing.works import delete


class SourcePromises(Promises):
    """A source says that it is one, and for every action that it does nothing."""

    def test_must_not_claim_to_write(self, bench: Bench) -> None:
        """Configuration refuses a source as a target by this."""
        assert not bench.connector.describe().capabilities.writes

    def test_must_refuse_every_write(self, bench: Bench) -> None:
        """Also here there is one outcome per action."""
        written = outcomes(bench.connector, [bench.new_user(1), delete(ObjectType.USERS, "1")])

        assert [type(problem_of(w)) for w in written] == [Unsupported, Unsupported]
