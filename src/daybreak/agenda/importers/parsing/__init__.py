"""Tools that several importers share."""
