"""Forms, code lists, pictures and the sample county: data, read through core.resources."""
