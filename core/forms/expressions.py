"""The small safe expression language of form definitions (design.md §3).

A subset of Python's expression grammar: names, literals, comparison, boolean and arithmetic
operators, conditional expressions and calls of the functions that the evaluator offers. Compiled
once into closures; nothing is ever given to `eval`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

MAX_LENGTH = 600
MAX_NODES = 120


class ExpressionError(ValueError):
    """The text is not an expression of this language; the message says why."""


class Environment(Protocol):
    """Where an expression finds the value of a name and the functions it may call."""

    def value(self, name: str) -> object:
        """The value called *name*, or None where it is empty."""

    def call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> object:
        """Call the function *name*."""


Closure = Callable[[Environment], Any]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True, slots=True)
class Call:
    """A function call found in an expression: its name, arguments and keywords."""

    function: str
    positional: int
    literals: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression.

    `names` are the fields it reads, `calls` the functions it calls. Two expressions are compared
    by identity; compare `text` if the wording matters.
    """

    text: str
    names: frozenset[str]
    calls: tuple[Call, ...]
    run: Closure

    def evaluate(self, environment: Environment) -> Any:
        """Its value in *environment*; an empty operand makes arithmetic and ordering empty."""
        return self.run(environment)


def compile_expression(text: str, functions: frozenset[str]) -> Expression:
    """Compile *text*, which may call only *functions*.

    Raises:
        ExpressionError: what the text uses that the language does not have.

    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"not an expression: {error}") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError(f"more than {MAX_NODES} parts")
    compiler = _Compiler(functions)
    run = compiler.compile(tree.body)
    return Expression(text, frozenset(compiler.names), tuple(compiler.calls), run)


class _Compiler:
    def __init__(self, functions: frozenset[str]) -> None:
        self.functions = functions
        self.names: set[str] = set()
        self.calls: list[Call] = []

    def compile(self, node: ast.expr) -> Closure:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"{type(node).__name__} is not allowed")
        closure: Closure = method(node)
        return closure

    def _constant(self, node: ast.Constant) -> Closure:
        value = node.value
        if value is not None and not isinstance(value, str | int | bool):
            raise ExpressionError(f"the literal {value!r} is not allowed")
        return lambda _env: value

    def _name(self, node: ast.Name) -> Closure:
        name = node.id
        self.names.add(name)
        return lambda env: env.value(name)

    def _tuple(self, node: ast.Tuple) -> Closure:
        parts = [self.compile(each) for each in node.elts]
        return lambda env: tuple(part(env) for part in parts)

    def _list(self, node: ast.List) -> Closure:
        parts = [self.compile(each) for each in node.elts]
        return lambda env: tuple(part(env) for part in parts)

    def _boolop(self, node: ast.BoolOp) -> Closure:
        parts = [self.compile(each) for each in node.values]
        if isinstance(node.op, ast.And):
            return lambda env: all(part(env) for part in parts)
        return lambda env: any(part(env) for part in parts)

    def _unaryop(self, node: ast.UnaryOp) -> Closure:
        part = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda env: not part(env)
        if isinstance(node.op, ast.USub):
            return lambda env: None if (value := part(env)) is None else -value
        raise ExpressionError(f"{type(node.op).__name__} is not allowed")

    def _ifexp(self, node: ast.IfExp) -> Closure:
        test, then, other = map(self.compile, (node.test, node.body, node.orelse))
        return lambda env: then(env) if test(env) else other(env)

    def _binop(self, node: ast.BinOp) -> Closure:
        function = _ARITHMETIC.get(type(node.op))
        if function is None:
            raise ExpressionError(f"{type(node.op).__name__} is not allowed")
        left, right = self.compile(node.left), self.compile(node.right)

        def run(env: Environment) -> Any:
            a, b = left(env), right(env)
            return None if a is None or b is None else function(a, b)

        return run

    def _compare(self, node: ast.Compare) -> Closure:
        parts = [self.compile(each) for each in (node.left, *node.comparators)]
        tests = []
        for op in node.ops:
            function = _COMPARE.get(type(op))
            if function is None:
                raise ExpressionError(f"{type(op).__name__} is not allowed")
            tests.append((function, isinstance(op, _ORDERING)))

        def run(env: Environment) -> bool | None:
            values = [part(env) for part in parts]
            for (function, ordering), a, b in zip(tests, values, values[1:], strict=False):
                if ordering and (a is None or b is None):
                    return None
                if not function(a, b):
                    return False
            return True

        return run

    def _call(self, node: ast.Call) -> Closure:
        if not isinstance(node.func, ast.Name) or node.func.id not in self.functions:
            raise ExpressionError(f"no such function: {ast.unparse(node.func)}")
        name = node.func.id
        args = [self.compile(each) for each in node.args]
        keywords: list[tuple[str, Closure]] = []
        for each in node.keywords:
            if each.arg is None:
                raise ExpressionError("** is not allowed")
            keywords.append((each.arg, self.compile(each.value)))
        literals = tuple(
            each.value
            for each in node.args
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
        self.calls.append(Call(name, len(args), literals, tuple(key for key, _ in keywords)))
        return lambda env: env.call(
            name, [each(env) for each in args], {key: each(env) for key, each in keywords}
        )


def truth(expression: Expression | None, environment: Environment, *, default: bool) -> bool:
    """Whether *expression* holds; *default* where there is none."""
    return default if expression is None else bool(expression.evaluate(environment))
