"""Forms are data: the definition of a form, its expressions, and the strict loader."""
