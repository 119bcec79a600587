"""The door: first run, password, restore."""
