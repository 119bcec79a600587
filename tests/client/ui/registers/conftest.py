"""What the tests of the registers page share."""

from tests.helpers.stores import store, store_path, store_template

__all__ = ["store", "store_path", "store_template"]
