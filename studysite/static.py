"""Static files: which are collected, and that each is compressed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Django's app, without what Swagger UI brings along that our page of the API does not ask for."""

    ignore_patterns = [  # noqa: RUF012  # as Django declares it
        *StaticFilesConfig.ignore_patterns,
        "oauth2-redirect*",
        "swagger-ui-standalone-preset*",
        "*.js.map",
    ]


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise ships no types for it
    """WhiteNoise's, which would compress the same megabytes again with every start, for half a minute."""

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress what is new. A name holds its content's hash; nobody asks for the files without."""
        hashed = [path for path in paths if path in self.hashed_files.values()]
        new = [path for path in hashed if not Path(self.path(f"{path}.gz")).exists()]
        yield from super().compress_files(new)
