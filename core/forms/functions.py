"""The fixed list of functions that expressions of a form may call."""

from __future__ import annotations

from types import MappingProxyType

# name → (fewest, most) positional arguments
FUNCTIONS = MappingProxyType(
    {
        "today": (0, 0),  # today as a date
        "years_between": (2, 2),  # full years from the first date to the second
        "days_between": (2, 2),  # days from the first date to the second
        "empty": (1, 1),  # whether the value is empty
        "one_of": (2, 20),  # whether the first is among the others
        "part": (3, 3),  # characters from start (0-based) up to end
        "length": (1, 1),
        "starts": (2, 2),
        "attr": (3, 3),  # code list, code, attribute → text
        "title_of": (2, 2),  # code list, code → title
        "previous": (1, 1),  # the value that the field (its name) had before this change
        "sum_of": (2, 2),  # child table, column; keywords filter rows
        "count_rows": (1, 1),  # child table; keywords filter rows
        "count_of": (1, 1),  # form; keywords filter records: how many *other* records
        "value_in": (3, 3),  # form, key, field
        "sum_in": (4, 4),  # form, key, child table, column; keywords filter rows
        "leads_to": (4, 4),  # form, parent field, key, target: whether the parents reach target
        "id_birth_date": (1, 1),  # of a resident identity number
        "id_sex": (1, 1),
        "org_code_of": (1, 1),  # characters 9-17 of a unified social credit code
    }
)
NAMES = frozenset(FUNCTIONS)
# Those that ask about other records; a rule that calls one runs in the database lane.
STORE = frozenset({"count_of", "value_in", "sum_in", "leads_to"})
