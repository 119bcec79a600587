"""Two changes of one record side by side: what merges, and what is a conflict (design.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.forms.model import Form
from core.record import Values, differences


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that both sides changed to different values."""

    pointer: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged record, what could not be merged, and what was taken over from *theirs*.

    Where there are conflicts, `values` has *theirs* for them: nothing is overwritten silently.
    """

    values: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    flagged: tuple[str, ...]


def merge(form: Form, base: Values, mine: Values, theirs: Values) -> Merge:
    """Lay the change *base* → *mine* over *theirs*, which came from the same *base*.

    Fields that only one side changed merge and are flagged; rows appended on both sides to an
    append-only table are kept from both; everything else that both changed is a conflict.
    """
    my_names = {each[1:] for each in differences(base, mine)}
    their_names = {each[1:] for each in differences(base, theirs)}
    values = dict(theirs)
    conflicts, joined = [], set()
    for name in sorted(my_names):
        before, here, there = base.get(name), mine.get(name), theirs.get(name)
        if name in their_names and here != there:
            child = form.children_by_name.get(name)
            if child is None or not child.append_only:
                conflicts.append(Conflict(f"/{name}", before, here, there))
                continue
            joined.add(name)
            here = [*(there or []), *(here or [])[len(before or []) :]]
        if here is None:
            values.pop(name, None)
        else:
            values[name] = here
    flagged = tuple(f"/{name}" for name in sorted(their_names - my_names | joined))
    return Merge(values, tuple(conflicts), flagged)
