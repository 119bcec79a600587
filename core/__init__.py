"""Reads and reasons about data: forms, values, checks, records, changes, wire format."""
