"""One editor per type of field. An editor knows its field and its text, and no database."""
