"""The entry screen, built only from the form definition."""
