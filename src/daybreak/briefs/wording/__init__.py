"""Every sentence of a brief."""
