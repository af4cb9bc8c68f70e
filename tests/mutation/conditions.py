"""Flip one condition of a rule at a time: ``<`` for ``<=``, ``and`` for ``or``, a ``not`` left out.

A mutant is a function's compiled code, put in the place of the real one for as long as the cases run.
"""

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Any

FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SIGNS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}


@dataclass(frozen=True)
class Mutant:
    """One flipped condition: where it is, in words, the function it belongs to and its code."""

    name: str
    function: FunctionType
    code: CodeType

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the function run the mutated code."""
        real = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = real


def mutants_of(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of the functions and methods of a module, in the order of its lines."""
    source = inspect.getsource(module)
    for number, change in enumerate(_changes(ast.parse(source))):
        tree = ast.parse(source)
        node, index, said = _changes(tree)[number]
        _flip(node, index)
        path = _owner(tree, node)
        function = _function(module, path)
        if function is not None:
            code = _code(compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec"), path)
            line = source.splitlines()[change[0].lineno - 1].strip()
            short = module.__name__.removeprefix("schedules.rules.")
            yield Mutant(f"{short}.{'.'.join(path)}: {said} in `{line}`", function, code)


def _changes(tree: ast.Module) -> list[tuple[Any, int, str]]:
    found: list[tuple[Any, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for index, sign in enumerate(node.ops):
                found.append((node, index, f"{SIGNS[type(sign)]} -> {SIGNS[FLIPPED[type(sign)]]}"))
        elif isinstance(node, ast.BoolOp):
            found.append((node, 0, "and -> or" if isinstance(node.op, ast.And) else "or -> and"))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            found.append((node, 0, "not left out"))
    return found


def _flip(node: Any, index: int) -> None:
    if isinstance(node, ast.Compare):
        node.ops[index] = FLIPPED[type(node.ops[index])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    else:
        # ``not not x`` is ``bool(x)``.
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _owner(tree: ast.Module, target: ast.AST) -> tuple[str, ...]:
    """The names of the classes and functions around a node, down to the outermost function."""

    def search(node: ast.AST, path: tuple[str, ...]) -> tuple[str, ...] | None:
        for child in ast.iter_child_nodes(node):
            inner = path
            if isinstance(child, ast.ClassDef):
                inner = (*path, child.name)
            elif isinstance(child, ast.FunctionDef):
                if any(each is target for each in ast.walk(child)):
                    return (*path, child.name)
                continue
            found = search(child, inner)
            if found is not None:
                return found
        return None

    return search(tree, ()) or ()


def _function(module: ModuleType, path: tuple[str, ...]) -> FunctionType | None:
    found: Any = module
    for name in path:
        found = inspect.getattr_static(found, name, None)
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, cached_property):
        found = found.func
    return getattr(found, "__wrapped__", found) if path and callable(found) else None


def _code(code: CodeType, path: tuple[str, ...]) -> CodeType:
    for name in path:
        code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
    return code
