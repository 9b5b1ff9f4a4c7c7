"""A large shop read from PostgreSQL and MariaDB, beside a plain `iterator()`.

    python -m benchmarks.hosts [--items 100000] [--lines 2000000] [--missing]
                               [postgres] [mariadb]

Each way runs in a process of its own, so that its peak memory is its own; CPU seconds
are those of this process, without the server's; the servers
are those of the tests (RECSYS_TEST_POSTGRES_URL, RECSYS_TEST_MARIADB_URL). The shop is
made by SQL in a database that is dropped afterwards. "plain" walks the same rows with
their relations as instances, by `select_related(...).iterator()`: what a host would
write. The result goes to benchmarks/results/hosts.json; `--missing` keeps its figures
and measures the missing ways.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "hosts.json"
SERVERS = {
    "postgres": ("RECSYS_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test"),
    "mariadb": ("RECSYS_TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
}
LINES_PER_ORDER = 5
PEOPLE = 50_000
CATEGORIES = 500


def set_up(url: str) -> None:
    """Start Django on a database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["RECSYS_TEST_DATABASE_URL"] = url
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def fill(url: str, items: int, lines: int) -> None:
    """Make the shop: the same numbers in both databases."""
    set_up(url)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    is_postgres = connection.vendor == "postgresql"
    orders = lines // LINES_PER_ORDER

    def numbers(count: int) -> str:
        if is_postgres:
            return f"generate_series(1::bigint, {count}) AS s(n)"
        return f"(SELECT seq AS n FROM seq_1_to_{count}) AS s"

    second = "n * interval '60 second'" if is_postgres else "INTERVAL n * 60 SECOND"
    text = "CAST(n AS varchar)" if is_postgres else "CAST(n AS char)"
    statements = (
        "INSERT INTO auth_user (id, username, password, is_superuser, is_staff, "
        "is_active, first_name, last_name, email, date_joined) "
        f"SELECT n, {text}, '', false, false, true, '', '', '', '2025-01-01' "
        f"FROM {numbers(PEOPLE)}",
        "INSERT INTO shop_category (id, name) "
        f"SELECT n, CONCAT('Category ', n) FROM {numbers(CATEGORIES)}",
        "INSERT INTO shop_product (id, name, category_id, brand, description, price, "
        "image, is_active, stock, created_at) SELECT n, CONCAT('Product ', n), "
        f"1 + n % {CATEGORIES}, CONCAT('Brand ', n % 300), "
        f"REPEAT('Soft, warm and washable. ', 8), 1 + n % 90, '', true, 10, "
        f"'2025-01-01' FROM {numbers(items)}",
        "INSERT INTO shop_order (id, number, user_id, email, created_at, paid) "
        f"SELECT n, {text}, 1 + n * 7919 % {PEOPLE}, '', "
        f"timestamp '2025-06-01 00:00:00' + {second}, true FROM {numbers(orders)}",
        "INSERT INTO shop_orderline (id, order_id, product_id, quantity, unit_price) "
        f"SELECT n, 1 + (n - 1) / {LINES_PER_ORDER}, 1 + n * 7919 % {items}, 1, 9.99 "
        f"FROM {numbers(lines)}",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            if not is_postgres:  # `/` divides there; PostgreSQL's is of whole numbers
                statement = statement.replace("(n - 1) / ", "(n - 1) DIV ")
            cursor.execute(statement)
        # A shop that runs has statistics of its rows; one just filled has none.
        if is_postgres:
            cursor.execute("ANALYZE")
        else:
            cursor.execute("ANALYZE TABLE shop_order, shop_orderline, shop_product")
            cursor.fetchall()


def catalogue() -> int:
    """Read every item as a training does: title, category, price, text."""
    from django_recsys.catalog import get_catalog

    return sum(1 for _record in get_catalog().records())


def plain_catalogue() -> int:
    """Walk the same items as instances."""
    from tests.hosts.shop.models import Product

    found = Product.objects.filter(is_active=True, stock__gt=0)
    return sum(
        1
        for item in found.select_related("category").iterator()
        if item.name and item.category and item.category.name
    )


def history() -> int:
    """Read every order line into rows, as the backfill does."""
    from django.utils import timezone

    from django_recsys.tracking.purchases.backfill import pages
    from django_recsys.tracking.purchases.reader import PurchaseReader
    from django_recsys.tracking.purchases.sources import purchase_sources

    [source] = purchase_sources()
    reader = PurchaseReader(source, timezone.now())
    return sum(len(list(reader.rows_of(page))) for page in pages(source))


def plain_history() -> int:
    """Walk the same lines as instances with their orders."""
    from tests.hosts.shop.models import OrderLine

    lines = OrderLine.objects.filter(order__paid=True).select_related("order")
    return sum(
        1 for line in lines.iterator() if line.product_id and line.order.created_at
    )


def backfill() -> int:
    """Read every line and store its purchase."""
    from django.utils import timezone

    from django_recsys.tracking import backfill as store

    return store(now=timezone.now()).recorded


def training() -> int:
    """Read what was stored into the arrays of a training."""
    from django_recsys.training.datasets import read_dataset

    dataset = read_dataset()
    return len(dataset.rows) if dataset else 0


WAYS: dict[str, Callable[[], int]] = {
    "catalogue": catalogue,
    "catalogue, plain iterator()": plain_catalogue,
    "history": history,
    "history, plain iterator()": plain_history,
    "history, read and stored": backfill,
    "interactions to arrays": training,
}


def measure(url: str, way: str) -> None:
    """Print seconds, rows, queries and peak memory of one way."""
    set_up(url)
    from django.db import connection

    import django_recsys.training.datasets  # noqa: F401 - not what is measured

    queries = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*arguments)

    connection.ensure_connection()
    before = peak_mb()
    began, worked = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        rows = WAYS[way]()
    seconds = time.perf_counter() - began
    cpu_seconds = time.process_time() - worked
    print(
        json.dumps(
            {
                "rows": rows,
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu_seconds, 2),
                "queries": queries,
                "peak_mb": peak_mb(),
                "before_mb": before,
            }
        )
    )


def peak_mb() -> int:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """Create a database on a server, give its URL, drop it."""
    from tests.services.conftest import statement

    name = f"recsys_{uuid.uuid4().hex[:12]}"
    statement(server, f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        statement(server, f"DROP DATABASE {name}")


def run(*arguments: str) -> str:
    """Run this file in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.hosts", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def needed(found: dict[str, Any]) -> list[str]:
    """Return the ways still to measure; what is stored must come before the arrays."""
    missing = [way for way in WAYS if way not in found]
    stored, arrays = "history, read and stored", "interactions to arrays"
    if arrays in missing and stored not in missing:
        missing.insert(missing.index(arrays), stored)
    return missing


def main() -> None:
    """Fill each server, run every way once on it, print and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="*", choices=[*SERVERS, []])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--fill", metavar="URL")
    parser.add_argument("--measure", nargs=2, metavar=("URL", "WAY"))
    options = parser.parse_args()
    if options.fill:
        fill(options.fill, options.items, options.lines)
        return
    if options.measure:
        measure(*options.measure)
        return
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    sizes_before = (result.get("items"), result.get("lines"))
    if options.missing and sizes_before != (options.items, options.lines):
        parser.error(f"what stands there is of other sizes: {sizes_before}")
    result |= {"items": options.items, "lines": options.lines}
    sizes = ("--items", str(options.items), "--lines", str(options.lines))
    for name in options.servers or SERVERS:
        variable, default = SERVERS[name]
        with empty_database(os.environ.get(variable, default)) as url:
            run("--fill", url, *sizes)
            found = result[name] = result.get(name, {}) if options.missing else {}
            for way in needed(found):
                found[way] = json.loads(run("--measure", url, way))
                wanted = options.items if "catalogue" in way else options.lines
                assert found[way]["rows"] == wanted, (way, found[way])
                RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
