"""What all tables share: every row carries its county, and every primary key begins with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CountyCode = String(6)
Key = String(64)  # ids, names, codes
Moment = String(32)  # RFC 3339 UTC


class Base(DeclarativeBase):
    """The declarative base of the office."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's


class InCounty:
    """A row of one county; the county is the first column of the primary key."""

    county: Mapped[str] = mapped_column(CountyCode, primary_key=True, sort_order=-10)
