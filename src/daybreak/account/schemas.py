"""Models of the account API."""

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from daybreak.account.event_sentences import describe_event
from daybreak.people import (
    MAX_VALUE_LENGTH,
    SHORTEST_GAP_MINUTES,
    ActorKind,
    ApiToken,
    BriefLength,
    Identity,
    IdentityKind,
    IdentitySource,
    LinkPurpose,
    Role,
    Scope,
    SecurityEvent,
    SecurityEventKind,
    Session,
    User,
    resembles_profile,
)
from daybreak.web import InputModel, LocalTime, OutputModel, WeekdayName

_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_AT = "2026-03-29T05:00:00Z"
_EMAIL = "anna@example.org"
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]
Password = Annotated[str, StringConstraints(max_length=256)]


class ProfileOut(OutputModel):
    """A user's profile; times are local to the user."""

    id: UUID = Field(examples=[_ID])
    email: str = Field(examples=[_EMAIL])
    name: str = Field(examples=["Anna"])
    timezone: str = Field(examples=["Europe/Berlin"], description="An IANA name.")
    country: str | None = Field(
        examples=["DE"], description="Country for public holidays, as ISO 3166-1 alpha-2; null for none."
    )
    workday_start: str = Field(examples=["09:00"])
    workday_end: str = Field(examples=["17:30"])
    lunch_start: str | None = Field(examples=["12:00"], description="Null for no lunch break.")
    lunch_end: str | None = Field(examples=["13:00"])
    days_off: list[WeekdayName] = Field(
        examples=[["saturday", "sunday"]], description="Days without working hours."
    )
    focus_is_free: bool = Field(description="Whether focus time in the calendar counts as free.")
    shortest_gap_minutes: int = Field(
        examples=[20], description="Free time that is shorter than these minutes does not count."
    )
    length: BriefLength = Field(
        description="What a brief shows: `glance` is at most 15 lines, `standard` what matters now, "
        "`full` every open task. JSON always has the whole brief."
    )

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the profile of a user."""
        hours = user.preferences
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            timezone=user.timezone,
            country=user.country,
            workday_start=f"{hours.workday_start:%H:%M}",
            workday_end=f"{hours.workday_end:%H:%M}",
            lunch_start=_format_time(hours.lunch_start),
            lunch_end=_format_time(hours.lunch_end),
            days_off=[WeekdayName[day.name] for day in sorted(hours.days_off)],
            focus_is_free=hours.focus_is_free,
            shortest_gap_minutes=hours.shortest_gap_minutes,
            length=hours.length,
        )


class ProfileIn(InputModel):
    """Changes to a profile; fields that are omitted or null stay as they are."""

    name: ShortText | None = Field(None, examples=["Anna"])
    timezone: ShortText | None = Field(None, examples=["Europe/Berlin"])
    country: Annotated[str, StringConstraints(max_length=2)] | None = Field(
        None, examples=["DE"], description="Empty for no public holidays."
    )
    workday_start: LocalTime | None = Field(None, examples=["09:00"])
    workday_end: LocalTime | None = Field(None, examples=["17:30"])
    lunch_start: LocalTime | Literal[""] | None = Field(
        None, examples=["12:00"], description="Empty, with an empty `lunch_end`, for no lunch break."
    )
    lunch_end: LocalTime | Literal[""] | None = Field(None, examples=["13:00"])
    days_off: list[Annotated[WeekdayName, Field(strict=False)]] | None = Field(
        None, max_length=7, examples=[["saturday", "sunday"]]
    )
    focus_is_free: bool | None = None
    shortest_gap_minutes: int | None = Field(
        None, ge=SHORTEST_GAP_MINUTES[0], le=SHORTEST_GAP_MINUTES[-1], examples=[20]
    )
    length: BriefLength | None = Field(None, strict=False)

    def apply_to(self, user: User) -> User:
        """Return the user with these changes.

        Raises:
            InvalidInput: the working day or the lunch break has no length.
        """
        return replace(
            user,
            name=self.name or user.name,
            timezone=self.timezone or user.timezone,
            country=user.country if self.country is None else self.country or None,
            preferences=replace(user.preferences, **self._changed_preferences()),
        )

    def _changed_preferences(self) -> dict[str, Any]:
        times = ("workday_start", "workday_end", "lunch_start", "lunch_end")
        given = self.model_dump(
            include={*times, "days_off", "focus_is_free", "shortest_gap_minutes", "length"}, exclude_none=True
        )
        for name in given.keys() & set(times):
            given[name] = time.fromisoformat(given[name]) if given[name] else None
        if self.days_off is not None:
            given["days_off"] = frozenset(day.weekday for day in self.days_off)
        return given


def _format_time(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"


class PasswordIn(InputModel):
    """A new password."""

    current: Password = Field("", description="The current password.", examples=["correct horse"])
    password: Password = Field(
        description="10 to 256 characters, not easy to guess.",
        examples=["battery staple"],
    )
    revoke_tokens: bool = Field(
        default=True,
        description="Whether to revoke all other tokens; a token is revoked with the one that created it.",
    )


class SessionOut(OutputModel):
    """The session of one browser."""

    id: UUID = Field(examples=[_ID])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0"])
    address: str = Field(examples=["192.0.2.1"])
    created_at: AwareDatetime = Field(examples=[_AT])
    seen_at: AwareDatetime = Field(examples=[_AT])
    expires_at: AwareDatetime = Field(description="When it ends without further activity.", examples=[_AT])
    is_this: bool = Field(description="Whether this request was made with it.")

    @classmethod
    def of(cls, session: Session, credential: UUID) -> Self:
        """Return the model of a session for a request with that credential."""
        return cls(
            id=session.id,
            user_agent=session.user_agent,
            address=session.address,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            is_this=session.id == credential,
        )


class TokenOut(OutputModel):
    """A token, without its secret."""

    id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["Widget"])
    scope: Scope
    suffix: str = Field(description="Its last characters, to recognise it.", examples=["x7Qw"])
    created_at: AwareDatetime = Field(examples=[_AT])
    expires_at: AwareDatetime | None = Field(description="Null if it never expires.", examples=[_AT])
    used_at: AwareDatetime | None = Field(description="To the minute.", examples=[_AT])
    is_this: bool = Field(description="Whether this request was made with it.")

    @classmethod
    def of(cls, token: ApiToken, credential: UUID) -> Self:
        """Return the model of a token for a request with that credential."""
        return cls(
            id=token.id,
            name=token.name,
            scope=token.scope,
            suffix=token.suffix,
            created_at=token.created_at,
            expires_at=token.expires_at,
            used_at=token.used_at,
            is_this=token.id == credential,
        )


class NewTokenOut(TokenOut):
    """A new token with its secret, which is returned only once."""

    secret: str = Field(examples=["dbk_…"], description="Send it as `Authorization: Bearer …`.")

    @classmethod
    def with_secret(cls, token: ApiToken, credential: UUID, secret: str) -> Self:
        """Return the model of a token that was just created."""
        return cls(**TokenOut.of(token, credential).model_dump(), secret=secret)


class TokenIn(InputModel):
    """The name, access and lifetime of a new token."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(examples=["Widget"])
    scope: Scope = Field(Scope.READ, strict=False)
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        90, description="Days until it expires; null for never.", examples=[30]
    )


class IdentityOut(OutputModel):
    """A name or an address that may be the user's; without an answer it is a proposal."""

    id: UUID = Field(examples=[_ID])
    kind: IdentityKind = Field(description="A handle is a single word.")
    value: str = Field(examples=["Anna Berg"])
    source: IdentitySource = Field(description="Whether it is from the profile, a file or the person.")
    source_name: str | None = Field(description="The file in which it was found.", examples=["board.csv"])
    seen: int = Field(description="The number of tasks in that file that are assigned to it.", examples=[3])
    counts: bool = Field(description="Whether tasks that are assigned to it are yours.")
    is_likely: bool = Field(description="Whether it resembles the name or the address of the profile.")
    proposed_at: AwareDatetime = Field(examples=[_AT])
    confirmed_at: AwareDatetime | None = Field(examples=[_AT])
    rejected_at: AwareDatetime | None = Field(examples=[None])

    @classmethod
    def of(cls, identity: Identity, user: User) -> Self:
        """Return the model of an identity of a user."""
        return cls(
            id=identity.id,
            kind=identity.kind,
            value=identity.value,
            source=identity.source,
            source_name=identity.source_name,
            seen=identity.seen,
            counts=identity.counts,
            is_likely=resembles_profile(identity.value, user),
            proposed_at=identity.proposed_at,
            confirmed_at=identity.confirmed_at,
            rejected_at=identity.rejected_at,
        )


class IdentityIn(InputModel):
    """A name, an e-mail address or a handle of yours."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=MAX_VALUE_LENGTH)] = Field(
        examples=["Anna Berg"]
    )


class SecurityEventOut(OutputModel):
    """A security event: what happened to an account, and whose act it was."""

    id: UUID = Field(examples=[_ID])
    at: AwareDatetime = Field(examples=[_AT])
    member: str | None = Field(
        description="The address of the account; null if it was deleted.", examples=[_EMAIL]
    )
    kind: SecurityEventKind
    text: str = Field(examples=["carol@example.org created a password reset link."])
    actor_kind: ActorKind
    actor_id: UUID | None = Field(description="Null for commands and visitors.", examples=[_ID])
    actor: str = Field(
        description="E-mail address or login name at that time.", examples=["carol@example.org"]
    )
    address: str = Field(description="Empty for commands.", examples=["192.0.2.1"])
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0"])
    details: dict[str, str] = Field(examples=[{"purpose": "reset"}])
    occurrences: int = Field(description="How often it happened until `last_at`.", examples=[1])
    last_at: AwareDatetime = Field(examples=[_AT])

    @classmethod
    def of(cls, event: SecurityEvent, email: str | None) -> Self:
        """Return the model of an event of the user with that address."""
        return cls(
            id=event.id,
            at=event.at,
            member=email,
            kind=event.kind,
            text=describe_event(event),
            actor_kind=event.actor_kind,
            actor_id=event.actor_id,
            actor=event.actor_name,
            address=event.address,
            user_agent=event.user_agent,
            details=event.details,
            occurrences=event.occurrences,
            last_at=event.last_at,
        )


class DeletionOut(OutputModel):
    """The requested deletion of an account."""

    due: datetime | None = Field(description="Null if no deletion was requested.", examples=[_AT])


class DeletionIn(InputModel):
    """Your own e-mail address, to confirm the deletion."""

    email: Email = Field(examples=[_EMAIL])


class InvitationIn(InputModel):
    """The user to invite."""

    email: Email = Field(examples=[_EMAIL])
    role: Role = Field(Role.MEMBER, strict=False)


class PasswordResetIn(InputModel):
    """The user whose password to reset."""

    email: Email = Field(examples=[_EMAIL])


class LinkOut(OutputModel):
    """A link that works once and is returned only once; share it with its user only."""

    email: str = Field(examples=[_EMAIL])
    purpose: LinkPurpose = Field(description="A reset if the user has signed in before.")
    link: str = Field(examples=["https://daybreak.example.org/invitation/…"])
