"""The one error of definitions: which file, which section, which key, and what is wrong."""

from __future__ import annotations


class FormError(ValueError):
    """A form definition, code list or message file is broken.

    Attributes:
        file: name of the file below `resources/`.
        section: the table in it, e.g. `fields[3] birth_date`.
        key: the key in that table.

    """

    def __init__(self, file: str, section: str, key: str, message: str) -> None:
        """Say *message* about *key* in *section* of *file*."""
        self.file, self.section, self.key = file, section, key
        where = " · ".join(part for part in (file, section, key) if part)
        super().__init__(f"{where}: {message}")
