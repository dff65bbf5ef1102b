"""Lifetimes of sessions and links, and the grace period of account deletion."""

from datetime import timedelta
from functools import cache

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, SettingsGroup


class PeopleSettings(SettingsGroup):
    """Lifetimes of sessions and links, and the grace period of account deletion."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}PEOPLE_")

    session_idle_days: float = Field(
        default=30.0, gt=0, description="Days without activity after which a session ends."
    )
    session_max_days: float = Field(
        default=180.0, gt=0, description="Days after the sign-in when a session ends despite activity."
    )
    link_hours: float = Field(
        default=72.0, gt=0, description="Hours until an invitation or password reset link expires."
    )
    sign_in_link_minutes: float = Field(
        default=30.0, gt=0, description="Minutes until a sign-in link expires."
    )
    deletion_grace_days: float = Field(
        default=7.0, ge=0, description="Days between the request to delete an account and its deletion."
    )

    @property
    def session_idle_time(self) -> timedelta:
        """The lifetime of a session without activity."""
        return timedelta(days=self.session_idle_days)

    @property
    def session_max_time(self) -> timedelta:
        """The lifetime of a session, however active."""
        return timedelta(days=self.session_max_days)

    @property
    def deletion_grace(self) -> timedelta:
        """The time in which a deletion can be cancelled."""
        return timedelta(days=self.deletion_grace_days)


@cache
def people_settings() -> PeopleSettings:
    """Return the settings of this process, loaded once."""
    return PeopleSettings.load()
