"""What is wrong with something that came over the wire."""

from __future__ import annotations


class WireError(ValueError):
    """The bytes do not say what the protocol says they say.

    The message is for logs and administrators: it names the place, never a value.
    """
