"""What atoms say as text."""

from __future__ import annotations

import pytest
from clingo import Control, Symbol

from oligoasp.solver.atoms import arguments_of
from oligoasp.solver.program import Facts


def ground(program: str) -> Control:
    control = Control()
    control.add("base", [], program)
    control.ground([("base", [])])
    return control


def symbols(program: str, name: str, arity: int) -> list[Symbol]:
    control = ground(program)
    return [atom.symbol for atom in control.symbolic_atoms.by_signature(name, arity)]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("a(1).", ["1"]),
        ("a(x(1)). a(x(y(2))).", ["x(1)", "x(y(2))"]),
        ('a("),"). a("(").', ['"),"', '"("']),
        ('a("),a("). a(2).', ['"),a("', "2"]),
        ("b(1).", []),
    ],
    ids=["one", "terms", "brackets in text", "text that looks like two atoms", "none"],
)
def test_the_text_of_all_atoms_at_once_is_that_of_each(program: str, expected: list[str]) -> None:
    found = symbols(program, "a", 1)
    assert arguments_of(found) == expected == [str(symbol)[2:-1] for symbol in found]


def test_rows_give_text_without_quotes_and_of_terms_the_name() -> None:
    facts = Facts(ground(r'a("x \"y\"\n", f(1, "z"), -2, ""). a("),a(", g, 3, h(i)).'))
    assert set(facts.rows("a", 4)) == {('x "y"\n', "f", "-2", ""), ("),a(", "g", "3", "h")}


def test_terms_keep_the_arguments_of_terms() -> None:
    facts = Facts(ground('a(f(1, "z(,"), g).'))
    assert [[tuple(t) for t in row] for row in facts.terms("a", 2)] == [
        [("f", ("1", "z(,")), ("g", ())]
    ]
