"""Django's DATABASES entry from a URL, so that one variable moves the whole suite."""

from typing import Any
from urllib.parse import unquote, urlsplit

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}


def database_from_url(url: str) -> dict[str, Any]:
    """Return the settings of ``scheme://user:password@host:port/name``.

    ``sqlite://`` alone is a database in memory; ``sqlite:///file`` a file.
    Raises KeyError for a scheme that no backend serves.
    """
    parts = urlsplit(url)
    engine = ENGINES[parts.scheme]
    name = unquote(parts.path.removeprefix("/"))
    if engine.endswith("sqlite3"):
        return {
            "ENGINE": engine,
            "NAME": name or ":memory:",
            # A writer that takes the lock at BEGIN waits; one that upgrades fails.
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    if engine.endswith("mysql"):
        _serve_mysql_by_pymysql()
    return {
        "ENGINE": engine,
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def _serve_mysql_by_pymysql() -> None:
    import pymysql

    pymysql.install_as_MySQLdb()
