"""All routes of the application, and something of somebody's to put into their addresses."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

import asyncpg
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from daybreak import people
from daybreak.people import Client, Purpose, Scope, User

_PARAMETER = re.compile(r"{(\w+)(:\w+)?}")
Owned = Callable[[asyncpg.Connection, User], Awaitable[str]]


async def _session(tx: asyncpg.Connection, user: User) -> str:
    await people.begin(tx, user.id, Client(address="192.0.2.1"))
    return str((await people.list_sessions(tx, user.id))[0].id)


async def _token(tx: asyncpg.Connection, user: User) -> str:
    token, _ = await people.make_token(tx, user.id, "test", Scope.READ, None)
    return str(token.id)


# For every parameter of an address: how one of somebody's comes about. A new slice adds its own.
OWNED: dict[str, Owned] = {"session_id": _session, "token_id": _token}
# What is no thing of somebody's: the secret is the permission, and a file is everybody's.
PUBLIC_PARAMETERS = {"secret", "name"}
# What may be seen and sent without being signed in.
PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/theme"),
    ("GET", "/static/{name:path}"),
    ("GET", "/api/v1/openapi.json"),
    *((method, f"{Purpose.SIGN_IN.path('{secret}')}") for method in ("GET", "POST")),
    *((method, f"{Purpose.RESET.path('{secret}')}") for method in ("GET", "POST")),
    *((method, f"{Purpose.INVITATION.path('{secret}')}") for method in ("GET", "POST")),
}


@dataclass(frozen=True)
class Known:
    """One method of one route."""

    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        return [name for name, _ in _PARAMETER.findall(self.path)]

    @property
    def is_public(self) -> bool:
        return (self.method, self.path) in PUBLIC

    def filled(self, values: Mapping[str, str]) -> str:
        """The address with these values."""
        return _PARAMETER.sub(lambda match: values[match[1]], self.path)


def every(app: FastAPI) -> Iterator[Known]:
    """Every route with each of its methods."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            if method != "HEAD":
                yield Known(method, str(route.path))
