"""How long people and programs stay signed in, and how often they may try."""

from datetime import timedelta
from functools import cache

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, Group


class PeopleSettings(Group):
    """The lives of sessions and links, and the time before a deletion."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}PEOPLE_")

    session_days: float = Field(
        default=30.0, gt=0, description="Days after which a session that nobody uses is over."
    )
    link_hours: float = Field(
        default=72.0, gt=0, description="Hours for which invitations and links to a new password are good."
    )
    sign_in_minutes: float = Field(
        default=30.0, gt=0, description="Minutes for which a link that signs in is good."
    )
    grace_days: float = Field(
        default=7.0, ge=0, description="Days between asking for the deletion of an account and its deletion."
    )

    @property
    def session_time(self) -> timedelta:
        """How long a session lives unseen."""
        return timedelta(days=self.session_days)

    @property
    def grace(self) -> timedelta:
        """How long somebody may think better of a deletion."""
        return timedelta(days=self.grace_days)


@cache
def people_settings() -> PeopleSettings:
    """The settings of this process, read once."""
    return PeopleSettings.load()
