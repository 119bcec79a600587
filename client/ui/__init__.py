"""Shows and collects."""
