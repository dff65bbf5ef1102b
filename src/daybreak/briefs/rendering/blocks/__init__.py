"""The blocks of an outline, by the parts of a brief."""
