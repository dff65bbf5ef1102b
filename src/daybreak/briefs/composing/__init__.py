"""From facts to the document; pure."""
