"""Account settings: profile, schedule, security, API tokens, export and deletion."""

__all__: list[str] = []
