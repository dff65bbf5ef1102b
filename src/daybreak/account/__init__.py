"""The pages of one's own account: profile, tokens, sessions, export, deletion."""

__all__: list[str] = []
