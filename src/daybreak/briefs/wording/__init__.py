"""Every sentence of a brief. Titles are in quotation marks: see `titles`."""
