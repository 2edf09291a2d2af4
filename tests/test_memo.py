"""Results are remembered for as long as they are asked for, and only for their arguments."""

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


def test_what_is_asked_for_again_stays_and_the_rest_goes() -> None:
    calls: list[int] = []

    def square(number: int) -> int:
        calls.append(number)
        return number * number

    known = memo.Memo(square, 3)
    for number in range(1, 60):
        assert known[0] == 0
        assert known[number] == number * number
        assert len(known) <= 3
    assert calls.count(0) == 1, "it was asked for all the time"
    assert known[1] == 1
    assert calls.count(1) == 2, "it was forgotten"


def test_what_fails_is_not_remembered() -> None:
    known = memo.Memo[str, int](int)
    for _ in range(2):
        with pytest.raises(ValueError, match="x"):
            known["x"]
    assert not known
