"""The registers screen (台账): units, records, posts and a preview of the chosen record."""
