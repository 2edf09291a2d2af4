"""Results are remembered for the very same arguments, and only for them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from oligoasp import memo


def test_the_very_same_arguments_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    @memo.by_identity
    def half(number: Fraction) -> Fraction:
        calls.append(number)
        return number / 2

    one, same, equal = Fraction(3), Fraction(3), Fraction(3)
    assert [half(one), half(one), half(same), half(one)] == [Fraction(3, 2)] * 4
    assert len(calls) == 2
    monkeypatch.setattr(memo, "MOST", 2)
    assert half(equal) == Fraction(3, 2)
    assert half(one) == Fraction(3, 2)
    assert len(calls) == 4


def test_an_argument_cannot_be_taken_for_one_that_is_gone() -> None:
    @memo.by_identity
    def text(number: object) -> str:
        return str(number)

    for number in range(10_000):
        assert text(Fraction(number, 7)) == str(Fraction(number, 7))
