"""Makes the records of the sample county: the same seed gives the same records, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID, uuid5

from office.sample.institutions import institution
from office.sample.people import People
from office.sample.units import county_units, scaled

SEED = 2007
_NAMESPACE = UUID("5f0c2f6e-7b1e-5d0a-9a53-420583200706")


def generate(
    seed: int = SEED, people: int | None = None
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every record as (form, record id, values), superiors before the units below them.

    Without *people*: 枝江 as of 30 June 2007, 363 units – 335 of them counted – with 8,322 cards
    and the 188 people not in service (design.md, issue "From keystroke to receipt"). With *people*:
    the same units with that many people, for measuring.
    """
    units = county_units() if people is None else scaled(county_units(), people)
    random = Random(seed)
    for order, unit in enumerate(units, start=1):
        yield (
            "institution",
            _record_id(seed, "institution", order),
            institution(unit, random, order),
        )
    makers, count = People(random), 0
    for unit in units:
        for values in makers.of(unit):
            count += 1
            yield "person", _record_id(seed, "person", count), values


def _record_id(seed: int, form: str, number: int) -> str:
    return str(uuid5(_NAMESPACE, f"{seed}/{form}/{number}"))
