"""Sign-in and credentials: passwords, sessions, tokens, links and known browsers."""
