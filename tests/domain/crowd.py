"""Random records of several sources, small enough that values meet often."""

from hypothesis import strategies as st

from provisor.domain.person import CorrelationRule, Joining, Sighting, Ties, form_of
from provisor.domain.uniting import Voice

SOURCES = ("hr", "contractors", "directory")
NUMBERS = ["", "1", "2", "3"]
MAILS = ["", "a@x", "b@x", "A@X", " c@x "]
NAMES = ["", "Lee", "lee", "Day"]
RULES = (
    CorrelationRule(("number",), distinguishes=True),
    CorrelationRule(("mail",)),
    CorrelationRule(("key",), exact=True),
    CorrelationRule(("name", "born"), decides=False),
    CorrelationRule(("name",), decides=False),
)
PRECEDENCE = {"mail": ("directory", "hr")}

values = st.fixed_dictionaries(
    {"number": st.sampled_from(NUMBERS), "mail": st.sampled_from(MAILS)},
    optional={
        "name": st.sampled_from(NAMES),
        "born": st.sampled_from(["", "1990"]),
        "status": st.sampled_from(["", "active", "terminated"]),
        "key": st.sampled_from(["", "K", "k"]),
    },
)
keys = st.sampled_from(["1", "2", "3", "4", "5"])


@st.composite
def rules(draw):
    """Some of the rules, those that decide first."""
    chosen = draw(st.lists(st.sampled_from(RULES), unique=True, min_size=1))
    return tuple(sorted(chosen, key=lambda rule: not rule.decides))


@st.composite
def feeds(draw):
    """Reference to values, for every record of every source."""
    refs = st.tuples(st.sampled_from(SOURCES), keys)
    return draw(st.dictionaries(refs, values, max_size=10))


def joining(chosen=RULES):
    return Joining(SOURCES, chosen, PRECEDENCE)


def vouches(found):
    return found.get("status", "") != "terminated"


def sightings(feed, chosen):
    return [
        Sighting(ref, tuple(form_of(rule, found) for rule in chosen), vouches(found))
        for ref, found in feed.items()
    ]


def voices(feed):
    return {ref: Voice(ref, found, vouches(found)) for ref, found in feed.items()}


def learnt(ties, correlated, seen):
    """What is known after a read."""
    persons = {**ties.persons, **{tie.ref: tie.person for tie in correlated.ties}}
    by = {**ties.rules, **{tie.ref: tie.rule for tie in correlated.ties}}
    forms = {**ties.forms, **{one.ref: one.forms for one in seen if one.ref in persons}}
    return Ties(persons, forms, ties.retired, by)
