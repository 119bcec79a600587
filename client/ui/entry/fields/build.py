"""The editor for a field, by its type."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from client.ui.entry.fields.attachment import AttachmentEditor
from client.ui.entry.fields.base import Editor
from client.ui.entry.fields.boolean import BooleanEditor
from client.ui.entry.fields.choice import ChoiceEditor, Search
from client.ui.entry.fields.line import LineEditor, TextEditor
from core.forms.model import Field, FieldType

_CHOICES = (FieldType.CODE, FieldType.REFERENCE)


def build_editor(
    field: Field, pointer: str, search: Search, parent: QWidget | None = None
) -> Editor:
    """An editor for *field* at *pointer*; *search* answers what one may choose."""
    if field.type in _CHOICES:
        return ChoiceEditor(field, pointer, search, parent)
    if field.type is FieldType.BOOLEAN:
        return BooleanEditor(field, pointer, parent)
    if field.type is FieldType.ATTACHMENT:
        return AttachmentEditor(field, pointer, parent)
    if field.multiline:
        return TextEditor(field, pointer, parent)
    return LineEditor(field, pointer, parent)
