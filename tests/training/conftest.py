"""Shops in files, where a training runs in a real child process."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class FileShop:
    """A host on an SQLite file, run by processes of its own."""

    folder: Path
    settings: str = "tests.settings"
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "shop.sqlite3"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "RECSYS_TEST_DATABASE_URL": f"sqlite:///{self.database}",
            "RECSYS_TEST_STORAGE": str(self.folder / "artifacts"),
            **self.variables,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start("-m", "django", *arguments)
        out, error = process.communicate(timeout=120)
        return process.returncode, out, error

    def succeed(self, *arguments: str) -> str:
        code, out, error = self.manage(*arguments)
        assert code == 0, f"{arguments}\n{out}\n{error}"
        return out

    def train(self, *arguments: str) -> list[dict[str, Any]]:
        return json.loads(self.succeed("recsys_train", "--json", *arguments))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database, timeout=20) as connection:
            found = connection.execute(query, values).fetchall()
        connection.close()
        return found

    def value(self, query: str, *values: Any) -> Any:
        return self.rows(query, *values)[0][0]

    def fill(self, visitors: int = 60, purchases: int = 24) -> None:
        """Four groups of visitors, each of which buys from its own shelf."""
        start = datetime.now(UTC) - timedelta(days=200)
        products = [(f"Product {i}", "", "", "1", "", 1, 9, start) for i in range(80)]
        rows = [
            (
                f"user:{visitor}",
                str(1 + (visitor % 4) * 20 + (visitor * 7 + step * step) % 20),
                f"{visitor}-{step}",
                start + timedelta(days=5 * step, minutes=visitor),
                start,
                f"{visitor}-{step // 3}",
            )
            for visitor in range(visitors)
            for step in range(purchases)
        ]
        with sqlite3.connect(self.database, timeout=20) as connection:
            connection.executemany(
                "INSERT INTO shop_product (name, brand, description, price, image, "
                "is_active, stock, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*product[:-1], str(product[-1])) for product in products],
            )
            connection.executemany(
                "INSERT INTO django_recsys_interaction (visitor_key, item_id, event_id,"
                " occurred_at, recorded_at, reference, kind, quantity) "
                "VALUES (?, ?, ?, ?, ?, ?, 'purchase', 1)",
                [(*r[:3], naive(r[3]), naive(r[4]), r[5]) for r in rows],
            )
        connection.close()


def naive(moment: datetime) -> str:
    """Write a moment as Django does on SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture(scope="session")
def make_file_shop(tmp_path_factory) -> Callable[..., FileShop]:
    def make(settings: str = "tests.settings", **fill: int) -> FileShop:
        shop = FileShop(tmp_path_factory.mktemp("shop"), settings)
        shop.succeed("migrate", "--run-syncdb", "--verbosity", "0")
        shop.fill(**fill)
        return shop

    return make


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def tastes():
    """Four groups of visitors, each of which buys from its own shelf."""
    from django_recsys.models import Interaction
    from tests.factories import make_products

    products = make_products(80)
    Interaction.objects.bulk_create(
        Interaction(
            visitor_key=f"user:{visitor}",
            item_id=str(products[shelf_item(visitor, step)].pk),
            kind="purchase",
            event_id=f"{visitor}-{step}",
            reference=f"{visitor}-{step // 3}",
            occurred_at=START + timedelta(days=step, minutes=visitor),
            recorded_at=START,
        )
        for visitor in range(60)
        for step in range(18)
    )


def shelf_item(visitor: int, step: int) -> int:
    return (visitor % 4) * 20 + (visitor * 7 + step * step + step // 5) % 20
