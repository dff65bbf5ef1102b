from ..agenda.web.conftest import same_process, send, work  # noqa: TID252 - tests are no package that could be named

__all__ = ["same_process", "send", "work"]
