"""Properties of an entry beside its text. A value that cannot be read costs only itself, with a warning."""
