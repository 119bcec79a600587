"""The local encrypted store; hands out plain frozen values, never ORM rows."""
