"""Numbers with a check digit or a fixed shape, one module per kind.

Every module has `compact` (the form that is stored), `check` (all findings, never an exception)
and `show` (the form that is read); those of sensitive numbers also `masked`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from core.numbers import document_no, luhn, org_code, phone, resident_id, uscc
from core.numbers.finding import Finding, squeeze

Check = Callable[[str], tuple[Finding, ...]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "resident_id": resident_id.check,
        "uscc": uscc.check,
        "org_code": org_code.check,
        "luhn": luhn.check,
        "mobile": phone.check_mobile,
        "phone": phone.check,
        "postcode": phone.check_postcode,
        "document_no": document_no.check,
    }
)
"""The checks that a form file may name, by the name it uses."""

COMPACT: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "resident_id": resident_id.compact,
        "uscc": uscc.compact,
        "org_code": org_code.compact,
        "luhn": luhn.compact,
        "mobile": phone.compact,
        "phone": phone.compact,
        "postcode": squeeze,
        "document_no": document_no.compact,
    }
)
"""How text is brought into the stored form, by the same names."""

SHOW: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "resident_id": resident_id.show,
        "uscc": uscc.show,
        "org_code": org_code.show,
        "luhn": luhn.show,
        "mobile": phone.show,
        "phone": phone.show,
    }
)
"""How a stored number is read, for those that are grouped or punctuated."""

MASKED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "resident_id": resident_id.masked,
        "luhn": luhn.masked,
        "mobile": phone.masked,
        "phone": phone.masked,
    }
)
"""How a sensitive number is shown on lists and notices."""
