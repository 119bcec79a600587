"""Intake: envelopes come in, every item gets its own answer and its own transaction."""

from office.intake.envelope import take_in

__all__ = ["take_in"]
