"""The expression language of mappings: Microsoft Entra's, read strictly and computed totally.

Duty: text in, tree out; tree and record in, value out.
Never: the clock, chance, a target or another record; those are arguments.
"""

from provisor.domain.expressions.cases import evaluate_case
from provisor.domain.expressions.chance import Draw
from provisor.domain.expressions.evaluation import (
    Circumstances,
    Computed,
    Dropped,
    Evaluation,
    ObjectDropped,
    candidates,
    evaluate,
)
from provisor.domain.expressions.flows import redacts
from provisor.domain.expressions.function import Dialect, Function, Parameter
from provisor.domain.expressions.grammar import parse
from provisor.domain.expressions.nodes import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Flow,
    Keyword,
    Literal,
    Node,
    Operator,
    Variable,
    attributes_of,
)
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.uniqueness import (
    NoUniqueValue,
    TakenNames,
    folded,
    nobody,
    taken_from,
)
from provisor.domain.expressions.writing import unparse

__all__ = [
    "FUNCTIONS",
    "Attribute",
    "Blank",
    "Call",
    "Circumstances",
    "Comparison",
    "Computed",
    "Concatenation",
    "Dialect",
    "Draw",
    "Dropped",
    "Evaluation",
    "Flow",
    "Function",
    "Keyword",
    "Literal",
    "NoUniqueValue",
    "Node",
    "ObjectDropped",
    "Operator",
    "Parameter",
    "TakenNames",
    "Variable",
    "attributes_of",
    "candidates",
    "evaluate",
    "evaluate_case",
    "folded",
    "nobody",
    "parse",
    "redacts",
    "taken_from",
    "unparse",
]
