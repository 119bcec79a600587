"""What a password has to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """At least `length` characters of at least `kinds` kinds (small, capital, digit, other)."""

    length: int = 8
    kinds: int = 2

    def problem(self, password: str) -> str:
        """What is missing, as a sentence; empty if nothing is."""
        if len(password) < self.length:
            return f"口令至少 {self.length} 个字符，还差 {self.length - len(password)} 个。"
        if kinds_of(password) < self.kinds:
            return f"口令须含大写字母、小写字母、数字、符号中的至少 {self.kinds} 种。"
        return ""

    def sentence(self) -> str:
        """The policy in words."""
        return f"至少 {self.length} 个字符，含字母、数字、符号中的 {self.kinds} 种。"


def kinds_of(password: str) -> int:
    """How many kinds of character there are in *password*."""
    tests = (str.islower, str.isupper, str.isdigit)
    found = [any(test(each) for each in password) for test in tests]
    found.append(any(not any(test(each) for test in tests) for each in password))
    return sum(found)
