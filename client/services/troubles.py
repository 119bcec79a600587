"""Trouble of the environment (disk, lock, line, login) in words for the officer."""

from __future__ import annotations


def is_trouble(error: BaseException) -> bool:
    """Whether *error* is trouble with a sentence of its own; everything else is a bug."""
    return isinstance(getattr(error, "sentence", None), str)


def sentence(error: BaseException) -> str:
    """What is wrong and what to do, in Chinese.

    Raises:
        TypeError: *error* is a bug, which is not for the message bar.

    """
    text = getattr(error, "sentence", None)
    if not isinstance(text, str):
        raise TypeError(f"{type(error).__name__} has no sentence")
    return text
