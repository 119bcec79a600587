"""An office and one of its officers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.county import County
from tests.e2e.nursery import Ended, Nursery
from tests.e2e.officer import Orders


@dataclass
class Pair:
    """The officer works by `orders`; where the office is served is told at each run."""

    office: County
    orders: Orders
    officers: Nursery

    @property
    def base(self) -> Path:
        """The officer's folder."""
        return Path(self.orders.base)

    def run(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        kill_after: float | None = None,
        **changes: Any,
    ) -> Ended:
        """One run of the officer, with *changes* to the orders this time."""
        given = {"office": self.office.url, **changes}
        orders = replace(self.orders, **given)
        return self.officers.run(orders, environment, kill_after=kill_after)
