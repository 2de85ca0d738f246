"""The order of a plan is one order, however it is worked out."""

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation, Wave
from provisor.domain.plan import Draft, in_order
from provisor.domain.schema import ObjectType

FEW = st.sampled_from(["", "1", "10", "2", "~", "\u00e9", "E1"])
DRAFTS = st.lists(
    st.builds(
        Draft,
        action=st.builds(
            Action,
            operation=st.sampled_from(Operation),
            object_type=st.sampled_from(ObjectType),
            target=st.just("app"),
            subject=FEW,
            anchor=st.none(),
            native_id=st.none(),
        ),
        key=FEW,
        name=FEW,
        wave=st.sampled_from(Wave),
        urgent=st.booleans(),
        leave_date=st.sampled_from(["", "2031-04-07", "2031-05-01"]),
    ),
    max_size=12,
)


@given(DRAFTS, st.booleans())
def test_a_plan_is_sorted_by_what_each_of_its_acts_says(drafts, none_is_urgent):
    if none_is_urgent:
        drafts = [draft for draft in drafts if not draft.urgent]

    assert in_order(drafts) == sorted(drafts, key=Draft.order)
