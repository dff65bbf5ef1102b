"""The brief as data, and its JSON."""
