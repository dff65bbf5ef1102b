"""Sources: adding, fetching, parsing and synchronizing them."""
