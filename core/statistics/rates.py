"""Rates that always carry numerator and denominator (domain.md §4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many."""

    title: str
    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """Per cent with one decimal, rounded half up; None of nothing."""
        if self.denominator == 0:
            return None
        exact = Decimal(100) * self.numerator / self.denominator
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)

    def __str__(self) -> str:
        """For example 公开率 1650/1650 = 100.0%."""
        percent = "—" if self.percent is None else f"{self.percent}%"
        return f"{self.title} {self.numerator}/{self.denominator} = {percent}"
