"""Units: their tree, and how many posts of each kind are authorised, filled and vacant.

The units are the records of the register whose list is a tree (`listing.parent`). Figures come
from tallies, which follow every change: asking costs the same for any number of people. The names
of the posts table are statistics' own (domain.md §4.2: vacancies = authorised - in post, never
headcount).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select

from core.forms.model import Form
from db.overlay import child_tally
from db.register_tables import CURRENT, tables_of
from db.store import Store
from db.tables import tallies

AUTHORISED = child_tally("posts", "authorised")
COUNTED = child_tally("posts", "in_post_counted")  # units that report totals only
IN_POST = "in_post"
CLASSIFIED = "classified"
SHORT_TITLE = "short_name"


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit. `parent` is empty at the top; `group` is the code that top units are grouped by."""

    code: str
    title: str
    parent: str
    classified: bool
    record_id: str
    group: str = ""
    short_title: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """Posts of one kind (a code). `vacant` is negative where there are more people than posts."""

    kind: str
    authorised: int
    in_post: int

    @property
    def vacant(self) -> int:
        """Authorised minus in post."""
        return self.authorised - self.in_post


def tree(store: Store) -> list[UnitNode]:
    """Every current unit that has a code, in the list's usual order."""
    form = _units_form(store)
    if form is None:
        return []
    wanted = {
        "code": form.key,
        "title": form.label,
        "parent": form.listing.parent,
        "group": form.listing.group,
        "classified": CLASSIFIED,
        "short": SHORT_TITLE,
    }
    names = {label: name for label, name in wanted.items() if name in form.by_name}
    found: list[tuple[tuple[tuple[bool, object], ...], UnitNode]] = []
    tables = tables_of(form)
    with store.read() as connection:
        for table in tables.both:
            columns = [table.c[f"f_{name}"].label(label) for label, name in names.items()]
            order = [table.c[f"f_{name}"] for name in form.listing.sort]
            query = select(table.c.record_id, *columns, *order).where(
                table.c.state == CURRENT, table.c[f"f_{form.key}"].is_not(None)
            )
            if table is tables.register:
                laid = select(tables.pending.c.record_id)
                query = query.where(table.c.record_id.not_in(laid))
            for row in connection.execute(query):
                place = tuple((each is not None, each) for each in row[1 + len(columns) :])
                found.append((place, _node(row._mapping)))  # noqa: SLF001 - SQLAlchemy's public name
    found.sort(key=lambda each: each[0])
    return [node for _, node in found]


def _node(row: RowMapping) -> UnitNode:
    def text(label: str) -> str:
        return str(row.get(label) or "")

    return UnitNode(
        code=text("code"),
        title=text("title"),
        parent=text("parent"),
        classified=bool(row.get("classified")),
        record_id=text("record_id"),
        group=text("group"),
        short_title=text("short"),
    )


def subtree(nodes: Iterable[UnitNode], code: str) -> list[str]:
    """*code* and the codes of all units below it; all codes where *code* names no unit."""
    below: dict[str, list[str]] = defaultdict(list)
    known = []
    for each in nodes:
        below[each.parent].append(each.code)
        known.append(each.code)
    if code not in known:
        return known
    found = [code]
    for one in found:
        found += [each for each in below[one] if each not in found]
    return found


def meters(store: Store, unit_code: str = "", *, subtree: bool = True) -> list[Meter]:
    """Posts by kind, for one unit, with those below it, or (empty code) for all units together.

    A code that is no unit's (the county's) means all units.
    """
    form = _units_form(store)
    if form is None:
        return []
    nodes = tree(store) if unit_code else []
    codes: Sequence[str] = [""]
    if any(each.code == unit_code for each in nodes):
        codes = _below(nodes, unit_code) if subtree else [unit_code]
    with store.read() as connection:
        authorised = _sums(connection, {form.id: AUTHORISED}, codes)
        counted = {form.id: COUNTED}
        cards = {
            each.id: IN_POST
            for each in store.forms.values()
            if any(tally.name == IN_POST for tally in each.tallies)
        }
        in_post = _sums(connection, {**cards, **counted}, codes)
    return [
        Meter(kind, authorised.get(kind, 0), in_post.get(kind, 0))
        for kind in sorted({*authorised, *in_post})
    ]


_below = subtree


def _sums(connection: Connection, names: Mapping[str, str], codes: Sequence[str]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for form, name in names.items():
        query = (
            select(tallies.c.key, func.sum(tallies.c.n))
            .where(tallies.c.form == form, tallies.c.name == name, tallies.c.unit.in_(list(codes)))
            .group_by(tallies.c.key)
        )
        for key, n in connection.execute(query):
            total[key] += n
    return {key: n for key, n in total.items() if n}


def _units_form(store: Store) -> Form | None:
    return next((each for each in store.forms.values() if each.listing.parent), None)
