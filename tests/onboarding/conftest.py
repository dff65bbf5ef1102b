from ..agenda.web.conftest import parse_in_process, run_jobs, upload_files  # noqa: TID252 - tests are no package that could be named

__all__ = ["parse_in_process", "run_jobs", "upload_files"]
