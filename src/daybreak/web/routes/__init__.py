"""The pages that belong to no slice: sign-in, password links, theme, home, health."""
