"""Lines that sum up many things at standard length."""
