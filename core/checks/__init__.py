"""Checks: what is wrong with a value, a record, a change. Findings are values (`Issue`)."""
