"""Trouble of the environment (disk, lock, line, login) in words for the officer."""

from __future__ import annotations

from collections.abc import Mapping

from core.forms.errors import FormError


class CannotKeep(Exception):  # noqa: N818 - the name says what happened
    """A small file beside the store could not be written."""

    sentence = "设置没有保存：数据文件夹写不进去。请检查磁盘空间和文件夹权限。"


# With these the same again does not help: somebody has to do something.
LASTING = frozenset(
    {
        *("proxy_login", "foreign_certificate", "wrong_signature", "wrong_receipt"),
        *("old_client", "revoked", "scope_differs", "not_enrolled", "bad_address"),
        *("portal", "too_large", "refused", "many_removals"),
    }
)


def is_trouble(error: BaseException) -> bool:
    """Whether *error* is trouble that has words; everything else is a bug."""
    return (
        isinstance(error, FormError)
        or isinstance(getattr(error, "sentence", None), str)
        or _code(error) in _line()
    )


def sentence(error: BaseException) -> str:
    """What is wrong and what to do, in Chinese.

    Raises:
        TypeError: *error* is a bug, which is not for the message bar.

    """
    if isinstance(error, FormError):
        return f"程序的数据文件有误，请重新安装程序或联系管理员：{error}"
    text = getattr(error, "sentence", None)
    if isinstance(text, str):
        return text
    if _code(error) not in _line():
        raise TypeError(f"{type(error).__name__} has no sentence")
    detail = str(getattr(error, "detail", ""))
    words = line_sentence(_code(error))
    return f"{words}{detail}" if detail and detail not in words else words


def line_sentence(code: str) -> str:
    """The words for a code of client.sync.troubles; an unknown one is no more than no line."""
    words = _line()
    return words.get(code, words["no_line"])


def _line() -> Mapping[str, str]:
    # Trouble may come while the unlock page stands; until then nothing needs the resources.
    from core.resources import messages

    return messages("line")


def _code(error: BaseException) -> str:
    return str(getattr(error, "code", ""))
