from ..agenda.web.conftest import (  # noqa: TID252 - tests are no package that could be named
    annas,
    application,
    as_admin,
    bobs,
    same_process,
    send,
    stranger,
    work,
)

__all__ = ["annas", "application", "as_admin", "bobs", "same_process", "send", "stranger", "work"]
