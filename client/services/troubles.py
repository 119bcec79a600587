"""Trouble of the environment (disk, lock, line, login) in words for the officer."""

from __future__ import annotations


class CannotKeep(Exception):  # noqa: N818 - the name says what happened
    """A small file beside the store could not be written."""

    sentence = "设置没有保存：数据文件夹写不进去。请检查磁盘空间和文件夹权限。"


# By the codes of client.sync.troubles.
_LINE = {
    "no_line": "连不上公开办。请检查网络；联网后会自动再试。",
    "slow_line": "网络太慢，没有等到答复，稍后自动再试。",
    "cut_line": "传输中断，没有收全答复，稍后自动再试。",
    "portal": "此网络需要先登录。请打开浏览器登录网络，之后会自动再试。",
    "proxy_login": "代理服务器要求登录，请联系管理员。",
    "foreign_certificate": "对方的安全证书不可信，没有发送任何数据。请联系管理员。",
    "wrong_signature": "答复的不是本单位登记的公开办，没有采用其内容。请联系公开办。",
    "wrong_receipt": "公开办的回执未通过核验，没有采用。请联系公开办。",
    "office_trouble": "公开办的服务器暂时有故障，稍后自动再试。",
    "office_busy": "公开办正忙，稍后自动再试。",
    "bad_reply": "公开办的答复看不懂，稍后自动再试；若一直如此，请升级程序。",
    "scope_differs": "本机台账与公开办不一致，已重新下载仍有差异。请联系公开办。",
    "many_removals": "公开办的台账比本机少了许多，本机的记录先保留。请与公开办核对。",
    "old_client": "程序版本太旧，公开办已不再接收。请升级程序。",
    "refused": "公开办没有受理这次请求。",
    "revoked": "本机的登记已被公开办注销，不能再上报。请联系公开办。",
    "enrol_code": "登记码不正确、已用过或已过期。请核对，或向公开办要一个新的。",
    "too_large": "内容超过公开办能接收的大小。请缩小附件后再报。",
    "bad_address": "公开办地址不正确，应以 https:// 开头。",
    "not_enrolled": "本机尚未与公开办登记，上报件保存在本机。",
}
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
    return isinstance(getattr(error, "sentence", None), str) or _code(error) in _LINE


def sentence(error: BaseException) -> str:
    """What is wrong and what to do, in Chinese.

    Raises:
        TypeError: *error* is a bug, which is not for the message bar.

    """
    text = getattr(error, "sentence", None)
    if isinstance(text, str):
        return text
    if _code(error) not in _LINE:
        raise TypeError(f"{type(error).__name__} has no sentence")
    detail = str(getattr(error, "detail", ""))
    words = line_sentence(_code(error))
    return f"{words}{detail}" if detail and detail not in words else words


def line_sentence(code: str) -> str:
    """The words for a code of client.sync.troubles; an unknown one is no more than no line."""
    return _LINE.get(code, _LINE["no_line"])


def _code(error: BaseException) -> str:
    return str(getattr(error, "code", ""))
