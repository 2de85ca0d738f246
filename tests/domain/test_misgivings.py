"""What is called wrong never works, for nobody; what is odd is named with its character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.expressions import Circumstances, parse
from provisor.domain.expressions.function import Type
from provisor.domain.expressions.nodes import Call, Literal
from provisor.domain.expressions.prospect import Prospect, settled
from provisor.domain.expressions.remarks import Gravity
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.mapping import map_values
from provisor.domain.misgivings import SILENT, SourceWord, impossibilities, misgivings, oddities
from provisor.domain.record import ABSENT
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType
from tests.expressions.strategies import expressions, records

WORD = SourceWord(
    {
        "active": settled((True, False, None)),
        "level": Prospect(Type.WHOLE),
        "tags": Prospect(Type.LIST),
        "id": Prospect(Type.TEXT, blank=False),
    },
    frozenset({"active", "level", "tags", "mail"}),
)
TYPES = st.sampled_from([AttributeType.STRING, AttributeType.INTEGER, AttributeType.BOOLEAN])
CHOICES = st.sampled_from(["yes", "true", "1", "7", "", "2031"]).map(Literal)


def schema(kind=AttributeType.STRING, **words):
    return ObjectSchema(ObjectType.USERS, (Attribute("x", kind, **words),))


def found(text, target=None, source=WORD, **words):
    mapping = AttributeMapping("x", parse(text), text, **words)
    return misgivings(mapping, target or schema(), source)


@settings(max_examples=400)
@given(
    tree=expressions() | CHOICES | st.builds(
        lambda inner, one, other: Call("IIF", (inner, one, other)), expressions(), CHOICES, CHOICES
    ) | st.builds(
        lambda inner, wrong: Call("Left", (inner, wrong)),
        expressions(),
        st.just(Literal("x")) | st.builds(lambda date: Call("CDate", (date,)), expressions()),
    ),
    kind=TYPES,
    flags=st.fixed_dictionaries({"multi": st.booleans(), "required": st.booleans()}),
    default=st.sampled_from([ABSENT, "7", "true"]),
    when_empty=st.sampled_from([None, *WhenEmpty]),
    people=st.lists(records(), min_size=1, max_size=20),
)  # fmt: skip
def test_what_is_called_wrong_works_for_nobody(tree, kind, flags, default, when_empty, people):
    mapping = AttributeMapping("x", tree, "", default, when_empty=when_empty)
    target = schema(kind, **flags)

    told = impossibilities(mapping, target)

    assert told == tuple(
        one for one in misgivings(mapping, target, WORD) if one.gravity is Gravity.WRONG
    )
    if not told:
        return
    for values in people:
        mapped = map_values([mapping], {**values, SOFT_DELETED: False}, target, Circumstances())
        assert mapped.problem is not None or mapped.values.get("x") is None


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ('"yes"', AttributeType.BOOLEAN, "takes true or false"),
        ('IIF([a] = "1", "yes", "no")', AttributeType.BOOLEAN, "takes true or false"),
        ('Switch([a], "?", "1", "on", "0", "off")', AttributeType.BOOLEAN, "takes true or false"),
        ('CDate([a])', AttributeType.BOOLEAN, "this gives a date"),
        ('"high"', AttributeType.INTEGER, "takes a whole number"),
        ('IsPresent([a])', AttributeType.INTEGER, "takes a whole number"),
        ('DateAdd("d", 1, [a])', AttributeType.INTEGER, "this gives a date"),
        ('Split("a,b", ",")', AttributeType.STRING, "takes one value"),
        ('Left([a], "two")', AttributeType.STRING, "`Left` needs a whole number"),
        ('Join("-", "a", Mid([a], "b", 1))', AttributeType.STRING, "`Mid` needs a whole number"),
        ("Left([a], CDate([b]))", AttributeType.STRING, "`Left` needs a whole number"),
        ('Left([a], Split([b], ","))', AttributeType.STRING, "`Left` needs a whole number"),
        ("Left([a], Not([b]))", AttributeType.STRING, "`Left` needs a whole number"),
        ('BitAnd("a", "b")', AttributeType.STRING, "for every record"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_wrong(text, kind, what):
    told = found(text, schema(kind))

    assert {one.gravity for one in told} == {Gravity.WRONG}
    assert any(what in one.what for one in told)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[a]", AttributeType.BOOLEAN),
        ("[level]", AttributeType.INTEGER),
        ("Not([a])", AttributeType.BOOLEAN),
        ('IIF([a] = "1", "True", "FALSE")', AttributeType.BOOLEAN),
        ('Switch([a], , "1", "true", "0", "false")', AttributeType.BOOLEAN),
        ("Len([a])", AttributeType.INTEGER),
        ('IIF([a] = "1", 1, "0")', AttributeType.INTEGER),
        ('Left([a], "2")', AttributeType.STRING),
        ("CDate([a])", AttributeType.TIME),
        ('Split([a], ",")', AttributeType.REFERENCE),
        ('Switch([active], "?", "True", "on", "False", "off")', AttributeType.STRING),
        ('IIF(DateDiff("d", Now(), CDate([a])) <= 14, "False", "True")', AttributeType.BOOLEAN),
    ],
)
def test_what_entra_accepts_and_runs_is_never_wrong(text, kind):
    multi = kind is AttributeType.REFERENCE

    assert found(text, schema(kind, multi=multi)) == ()


@pytest.mark.parametrize(
    ("text", "pointed", "what"),
    [
        ('IIF([a] = "1", "yes", "true")', '"yes"', "takes true or false"),
        ('IIF("a" = "b", "1", "0")', '"a" = "b"', "`when_true` is never taken"),
        ('IIF("a" = "a", "1", "0")', '"a" = "a"', "`when_false` is never taken"),
        ('IIF([active] = "true", "1", "0")', "[active]", "`when_true` is never taken"),
        ('IIF([a] = "", "1", "0")', '[a] = ""', "holds for no record"),
        ('IIF(Not([a] <> [a]), "1", [b])', "[a] <>", "holds for no record"),
        ('IIF([level] = "high", "1", [b])', "[level]", "`when_true` is never taken"),
        ('Switch([a], "0", "x", "1", "x", "true")', '"x", "true"', "stands before already"),
        ('Switch([active], "0", "true", "1", "False", "1")', '"true"', "never equals this key"),
        ('Switch("a", "0", "x", "1")', '"a"', "always the same"),
        ('Switch([a], "0", IsPresent([b]), "1")', "IsPresent([b])", "a condition stands as a key"),
        ('Coalesce([a], "1", [b])', "[b]", "never reached"),
        ("Coalesce([a], IgnoreAttributeFlow, [b])", "[b]", "never reached"),
        ('IIF([a] = "1", Left([b], "x"), [b])', '"x"', "`Left` needs a whole number"),
        ("[tags]", "[tags]", "this gives a list"),
        ("Len([a])", "Len", "this gives a number"),
    ],
)
def test_what_is_hardly_meant_is_doubted_at_its_character(text, pointed, what):
    target = schema(AttributeType.BOOLEAN)

    told = [one for one in found(text, target) if what in one.what]

    assert [(one.position, one.gravity) for one in told] == [
        (text.index(pointed), Gravity.DOUBTFUL)
    ]


@pytest.mark.parametrize(
    ("text", "pointed", "what", "gravity"),
    [
        ('""', '""', "this gives nothing", Gravity.WRONG),
        ('IIF([a] = "1", [id], "")', '""', "this gives nothing", Gravity.DOUBTFUL),
        ("IIF([a] = [b], [id], IgnoreAttributeFlow)", "Ignore", "leaves it out", Gravity.DOUBTFUL),
        ("IgnoreFlowIfNullOrEmpty([id])", "", "", None),
        ("IgnoreFlowIfNullOrEmpty([mail])", "Ignore", "leaves it out", Gravity.DOUBTFUL),
        ("[mail]", "[mail]", "`[mail]` may be empty", Gravity.NOTED),
        ("ToLower([mail])", "ToLower", "`[mail]` may be empty", Gravity.NOTED),
        ('Coalesce([mail], "none")', "", "", None),
        ('Coalesce([id], [mail])', "[mail]", "never reached", Gravity.DOUBTFUL),
        ("[id]", "", "", None),
        ('"x" & [mail]', "", "", None),
        ("[unheard_of]", "", "", None),
    ],
)  # fmt: skip
def test_what_can_leave_out_a_required_attribute_says_which_part(text, pointed, what, gravity):
    told = found(text, schema(required=True))

    if gravity is None:
        assert told == ()
        return
    (one,) = [one for one in told if what in one.what]
    assert (one.position, one.gravity) == (text.index(pointed), gravity)


@pytest.mark.parametrize(
    "words", [{"default": "none"}, {"default": "none", "when_empty": WhenEmpty.DEFAULT_ON_CREATE}]
)
def test_a_default_fills_what_may_be_empty(words):
    assert found("[mail]", schema(required=True), **words) == ()
    assert found("IgnoreFlowIfNullOrEmpty([mail])", schema(required=True), **words) == ()


def test_an_attribute_that_is_kept_where_it_is_empty_is_needed_by_new_accounts():
    (one,) = found("[mail]", schema(required=True), when_empty=WhenEmpty.KEEP)

    assert "no account can be made without it" in one.what


@pytest.mark.parametrize(
    ("text", "apply", "doubted"),
    [
        ("Now()", Apply.ALWAYS, True),
        ('FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy")', Apply.ALWAYS, True),
        ('IIF([a] = "1", Now(), "")', Apply.ALWAYS, True),
        ("Now()", Apply.ON_CREATE, False),
        ('IIF(DateDiff("d", Now(), [a]) > 3, "x", "y")', Apply.ALWAYS, False),
        ('Switch(DateDiff("d", Now(), [a]), "x", "0", "y")', Apply.ALWAYS, False),
    ],
)
def test_a_value_that_the_clock_changes_is_doubted_where_it_always_flows(text, apply, doubted):
    told = [one for one in found(text, apply=apply) if "another value each time" in one.what]

    assert len(told) == doubted
    assert all(text[one.position :].startswith("Now") for one in told)


def test_what_rests_on_the_word_of_the_source_is_never_wrong():
    told = found('IIF([level] = "high", [level], [active])', schema(AttributeType.INTEGER))

    assert told
    assert all(one.gravity is Gravity.DOUBTFUL for one in told)


def test_an_expression_that_stands_by_itself_is_looked_at_too():
    assert [one.gravity for one in oddities(parse('Left([a], "x")'), SILENT)] == [Gravity.WRONG]
    assert oddities(parse("ToLower([mail])"), WORD) == ()


def test_a_secret_is_never_measured_by_a_type():
    assert found('"x"', schema(AttributeType.SECRET)) == ()
