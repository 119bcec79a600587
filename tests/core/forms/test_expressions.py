"""The expression language: what it computes, what it refuses, and that nothing can run code."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.expressions import MAX_LENGTH, ExpressionError, compile_expression, truth

FUNCTIONS = frozenset({"twice", "named"})


class Names:
    """Names from a dictionary, and two functions."""

    def __init__(self, **values: object) -> None:
        self.values = values

    def value(self, name: str) -> object:
        return self.values.get(name)

    def call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> object:
        return args[0] * 2 if name == "twice" else kwargs


def evaluate(text: str, **values: object) -> object:
    return compile_expression(text, FUNCTIONS).evaluate(Names(**values))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a + b * 2 - 1", 6),
        ("-a", -1),
        ("a < b <= 3", True),
        ("a == 1 and b == 3 or False", True),
        ("not a == 1", False),
        ("b if a == 2 else 'other'", "other"),
        ("a in (1, 2)", True),
        ("b not in [1, 2]", True),
        ("twice(b)", 6),
        ("named(k=a)", {"k": 1}),
        ("missing + 1", None),
        ("-missing", None),
        ("missing < 1", None),
        ("missing == None", True),
        ("a != b", True),
        ("a >= 1 > 0", True),
    ],
)
def test_expressions_have_the_value_of_python(text: str, result: object) -> None:
    assert evaluate(text, a=1, b=3) == result


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("__import__('os')", "no such function"),
        ("a.b", "Attribute"),
        ("a[0]", "Subscript"),
        ("lambda: 1", "Lambda"),
        ("[x for x in a]", "ListComp"),
        ("a ** 9", "Pow"),
        ("a / 2", "Div"),
        ("a is b", "Is"),
        ("~a", "Invert"),
        ("1.5", "1.5"),
        ("b'x'", "literal"),
        ("twice(**a)", r"\*\*"),
        ("a.f(1)", "no such function"),
        ("f'{a}'", "JoinedStr"),
        ("(a := 1)", "NamedExpr"),
        ("a +", "not an expression"),
        ("a\x00", "not an expression"),
        ("1 + " * 100 + "1", "parts"),
        ("a" * (MAX_LENGTH + 1), "longer"),
    ],
)
def test_everything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=reason):
        compile_expression(text, FUNCTIONS)


def test_it_knows_what_it_reads_and_calls() -> None:
    expression = compile_expression("twice(a) + named('x', k=b) > c", FUNCTIONS)
    assert expression.names == {"a", "b", "c"}
    assert [(each.function, each.literals, each.keywords) for each in expression.calls] == [
        ("twice", (), ()),
        ("named", ("x",), ("k",)),
    ]


def test_where_there_is_no_expression_the_default_holds() -> None:
    assert truth(None, Names(), default=True)
    assert not truth(None, Names(), default=False)
    assert truth(compile_expression("a == 1", FUNCTIONS), Names(a=1), default=False)


@given(st.text(alphabet="abc()[]{}.,'\"=<>+-*:_ 0123456789\n", max_size=60))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert compile_expression(text, FUNCTIONS).text == text
