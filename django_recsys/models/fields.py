"""Text keys of the host's items and visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]
else:  # not generic at run time
    CharField = models.CharField


class KeyField(CharField):
    """Text up to 191 characters, compared byte by byte on every database.

    MariaDB and MySQL compare without regard to case by default, which would make one
    item of the slugs "Ab" and "aB"; a binary collation prevents it there. 191
    characters of four bytes fit the oldest index limit of those databases.
    """

    def __init__(self, *args: Any, max_length: int = 191, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Add the binary collation where the database needs one."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
