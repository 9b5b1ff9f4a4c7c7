"""Write what a shop has before it upgrades: its rows, its artifacts, its lists.

    python -m tests.upgrade.write_before tests/upgrade/before/VERSION-COMMIT

Run it on a checkout of the code before, with the extras `neural` and `tuning`; the
README beside it says when. It uses what a shop uses: commands, signals, pages, rows.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

CHANGED = {
    "activity_power": 0.55,
    "alpha": 0.7,
    "backward": 0.15,
    "batch_tokens": 320,
    "batch_users": 77,
    "beta": 0.2,
    "blocks": 1,
    "by_category": True,
    "confidence": 33.0,
    "distance_power": 0.8,
    "divergence": 0.95,
    "dropout": 0.125,
    "embedding_size": 24,
    "epochs": 7,
    "feature_share": 0.25,
    "fewest_customers": 4,
    "fewest_friends": 2,
    "frequency_scaling": 0.65,
    "half_life_days": 21.5,
    "heads": 4,
    "hidden_size": 48,
    "horizon": 12,
    "horizontal": 6,
    "id_dropout": 0.1,
    "interests": 3,
    "item_rate": 3.0,
    "largest_basket": 90,
    "layers": 2,
    "learning_rate": 0.003,
    "loss": "softmax",
    "max_length": 19,
    "max_steps": 9,
    "measure": "confidence",
    "method": "weighted",
    "most_items": 500,
    "negatives": 64,
    "neighbors": 37,
    "new_items": 0.6,
    "patience": 3,
    "popularity": 0.9,
    "popularity_power": 0.45,
    "popularity_scaling": 0.85,
    "recency": 0.75,
    "regularization": 6.5,
    "repeat_weight": 1.5,
    "repeats": 0.05,
    "ridge": 4.5,
    "shrinkage": 11.5,
    "significance": 5.5,
    "similarity": "jaccard",
    "sources": "popular,item_knn",
    "strength_power": 0.35,
    "taste_share": 0.3,
    "trend": 0.5,
    "variational": False,
    "vertical": 3,
    "weights": "1,2",
    "window": 4,
    "with_features": False,
}
"""What a shop may have chosen for each hyper-parameter: never the default."""

PLACEMENTS = (
    "recommended",
    "buy-again",
    "trending",
    "similar",
    "bought-together",
    "recently-viewed",
    "because-you-viewed",
    "winter",
    "friends",
    "off",
)
"""Those that are declared and those of the shop's own rows."""


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database, storage = Path(folder) / "shop.sqlite3", Path(folder) / "storage"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.upgrade.settings"
        os.environ["RECSYS_TEST_DATABASE_URL"] = f"sqlite:///{database}"
        os.environ["RECSYS_TEST_STORAGE"] = str(storage)
        import django

        django.setup()
        from django.utils import timezone

        from tests.upgrade.before import Before
        from tests.upgrade.write_artifacts import write_artifacts

        before = Before(target)
        target.mkdir(parents=True)
        now = timezone.now()
        open_the_shop(now, before.history)
        train()
        go_on()
        note(before, now)
        before.pack("storage", storage)
        answers = write_artifacts(Path(folder) / "artifacts")
        answers["social"] = copy_of_social(Path(folder))
        before.write("answers", answers)
        before.pack("artifacts", Path(folder) / "artifacts")


def open_the_shop(now: datetime, history: Path) -> None:
    """Let interactions come in by every road, before anything is trained."""
    from tests.upgrade import shop

    command("migrate", verbosity=0)
    shop.fill(now)
    report = command("recsys_backfill", json=True)
    assert report["recorded"] > 100, report
    assert report["returns"] == 1, report
    write_history(history, now)
    report = command("recsys_import", str(history), json=True)
    assert report["recorded"] == report["read"], report
    behave()
    browse(guest(), [1, 2, 3])
    with_login = guest()
    browse(with_login, [8, 9])
    log_in(with_login, "customer5")  # which gives the account the guest's views


def write_history(path: Path, now: datetime) -> None:
    """Write a file as another system exports it: some lines dated, some twice."""
    chance = random.Random(7)
    lines = ["user,item,timestamp,kind,value,quantity,price,reference,event_id"]
    for number in range(24):
        at = round(now.timestamp()) - chance.randrange(86_400 * 40)
        user = chance.choice(["3", "user:4", "email:old-shop", "guest:0a1b"])
        item = 1 + number % 12
        lines.append(f"{user},{item},{at},view,,,,,")
        if number % 4 == 0:
            lines.append(f"{user},{item},{at + 60},cart_add,,2,,,")
        if number % 6 == 0:
            lines.append(f"{user},{item},{at + 90},purchase,,1,4.50,OLD{number},")
            lines.append(f"{user},{item},{at + 99},rating,{1 + number % 5},,,,")
    lines += [lines[1], "6,9,,like,,,,,", "6,9,,like,,,,,", "6,10,,view,,,,,r-1"]
    path.write_text("\n".join(lines) + "\n")


def behave() -> None:
    """Send the shop's own signals, and save an order as a shop does."""
    from django.contrib.auth.models import User

    from django_recsys import signals
    from tests.hosts.shop.models import Order, OrderLine, Product

    user = User.objects.get(username="customer2")
    first, second, third = Product.objects.order_by("pk")[:3]
    told = {"sender": Product, "user": user}
    signals.item_viewed.send(item=second, **told)
    signals.item_added_to_cart.send(item=first, quantity=3, **told)
    signals.item_removed.send(item=first, **told)
    signals.item_liked.send(item=third, **told)
    signals.item_rated.send(item=third, value=4.5, event_id="stars-1", **told)
    # Its order is written after the upgrade.
    signals.item_purchased.send(item=second, reference="LATE", **told)
    order = Order.objects.create(number="LIVE", user=user)
    OrderLine.objects.create(order=order, product=first)
    OrderLine.objects.create(order=order, product=third, quantity=2)
    signals.item_returned.send(item=third, reference="LIVE", **told)


def guest() -> Any:
    """Return a browser that agreed to be remembered."""
    from django.test import Client

    from tests.upgrade.shown import BROWSER

    client = Client(headers={"user-agent": BROWSER})
    client.cookies["recsys_consent"] = "yes"
    return client


def browse(client: Any, items: list[int]) -> None:
    """Report views as the script on the shop's pages does."""
    events = [{"kind": "view", "item_id": item} for item in items]
    response = client.post("/recsys/events/", events, content_type="application/json")
    assert response.json()["accepted"] == len(items), response.content


def log_in(client: Any, username: str) -> None:
    from tests.upgrade.shop import PASSWORD

    name = {"username": username, "password": PASSWORD}
    assert client.post("/accounts/login/", name).status_code == 302


def train() -> None:
    """Leave models that serve, served, wait, were refused and failed; and a draft."""
    from django_recsys.models import RecommenderConfig

    create = RecommenderConfig.objects.create
    common = {"list_length": 10, "schedule": "manual"}
    for key in ("ease", "item_knn", "buy_again", "popular", "trending"):
        create(key=key, algorithm=key, list_length=10)
    own = create(
        key="my-knn",
        algorithm="item_knn",
        hyperparameters={"neighbors": 2, "shrinkage": 1.0},
        interaction_weights={"view": 2.0},
        **common,
    )
    poor = {"neighbors": 1, "recency": 0.01, "trend": 0.0}
    create(key="poor", algorithm="item_knn", hyperparameters=poor, **common)
    create(key="careful", algorithm="ease", gate="ask", half_life_days=90.0, **common)
    create(key="never", algorithm="als", gate="never", **common)
    create(key="gone", algorithm="left_with_a_plugin", **common)
    deep = {"embedding_size": 4, "epochs": 1, "blocks": 1, "batch_tokens": 128}
    create(key="deep", algorithm="sasrec", hyperparameters=deep, **common)
    create(key="social", algorithm="social", **common)
    for algorithm in algorithms():
        create(
            key=f"own-{algorithm['algorithm'].replace('_', '-')}",
            algorithm=algorithm["algorithm"],
            hyperparameters=changed(algorithm["hyperparameters"]),
            is_enabled=False,
            **common,
        )
    for values in ({}, {"neighbors": 20}, {"similarity": "bm25", "neighbors": 3}):
        own.hyperparameters = {**own.hyperparameters, **values}
        own.save()
        command("recsys_train", "my-knn", force=True, json=True)
    rest = ["popular", "trending", "item_knn", "ease", "bought_together", "buy_again"]
    command("recsys_train", *rest, "poor", "deep", "social", force=True, json=True)
    command("recsys_train", "careful", "never", json=True)
    failing("recsys_train", "gone", json=True)
    command("recsys_tune", "poor", minutes=0.2, json=True)
    statuses = set(RecommenderConfig.objects.values_list("runs__status", flat=True))
    wanted = {"promoted", "waiting", "refused", "failed", "tuned"}
    assert wanted <= statuses, statuses
    assert RecommenderConfig.objects.filter(parent__key="poor").exists()


def algorithms() -> list[dict[str, Any]]:
    """Return each algorithm with its hyper-parameters, as the engine lists them."""
    listed = subprocess.run(
        [sys.executable, "-m", "django_recsys.learning", "algorithms", "--json"],
        capture_output=True,
        check=True,
    )
    return json.loads(listed.stdout)


def changed(declared: list[dict[str, Any]]) -> dict[str, Any]:
    """Return another value for each hyper-parameter than its default."""
    values = {each["name"]: CHANGED[each["name"]] for each in declared}
    for each in declared:
        assert values[each["name"]] != each["default"], each
    return values


def go_on() -> None:
    """Let visitors do something that no model knows, and change what is shown."""
    from django.contrib.auth.models import User

    from django_recsys.models import Placement

    client = guest()
    client.force_login(User.objects.get(username="customer3"))
    browse(client, [4, 5])
    browse(guest(), [15, 16, 17])
    rows = (
        {"key": "trending", "title": "Now", "basis": "everyone", "size": 5},
        {"key": "similar", "basis": "items", "recommender": "item_knn", "size": 3},
        {"key": "winter", "title": "W", "basis": "visitor", "recommender": "my-knn"},
        {"key": "friends", "basis": "visitor", "recommender": "social", "size": 4},
        {"key": "off", "basis": "everyone", "is_enabled": False},
    )
    for row in rows:
        Placement.objects.create(
            **{"recommender": "trending", "fallbacks": ["popular"], **row}
        )
    command("recsys_tick", json=True)


def note(before: Any, now: datetime) -> None:
    """Write down the rows, and what is shown with each of two models."""
    from django.apps import apps
    from django.contrib.auth.models import User
    from django.db.migrations.recorder import MigrationRecorder

    import django_recsys
    from tests.hosts.shop import models as shop
    from tests.upgrade.rows import dump
    from tests.upgrade.shown import all_shown, blocks_shown

    pages = [["customer3", "/"], ["customer3", "/products/9/"], [None, "/"]]
    queries = list(all_queries())
    newest = all_shown(queries)
    command("recsys_rollback", "my-knn", json=True)
    shown = {
        "queries": queries,
        "serving": all_shown(queries),
        "pages": [{"page": page, "blocks": blocks_shown(*page)} for page in pages],
        "newest_of_my_knn": newest,
    }
    assert shown["serving"] != newest
    before.write("shown", shown)
    ours = list(apps.get_app_config("django_recsys").get_models())
    theirs = [User, shop.Category, shop.Product, shop.Order, shop.OrderLine]
    counts = {}
    for model in [*ours, *theirs]:
        table = dump(model)
        assert table["rows"], model
        before.write(f"rows/{model._meta.label_lower}", table)
        counts[model._meta.label_lower] = len(table["rows"])
    applied = MigrationRecorder.Migration.objects.filter(app="django_recsys")
    about = {
        "version": getattr(django_recsys, "__version__", before.folder.name),
        "migration": applied.latest("pk").name,
        "written_at": now.isoformat(),
        "counts": counts,
    }
    before.write("about", about)


def all_queries() -> Any:
    """Yield each placement for an account, a newcomer, a guest and nobody."""
    from django.contrib.auth.models import User

    from django_recsys.models import Interaction

    guests = Interaction.objects.filter(visitor_key__startswith="guest:")
    newest = guests.latest("pk").visitor_key
    known = guests.exclude(visitor_key__in=[newest, "guest:0a1b"]).latest("pk")
    accounts = [
        f"user:{User.objects.get(username=name).pk}"
        for name in ("customer2", "customer3", "customer5", "customer21")
    ]
    for visitor_key in [*accounts, known.visitor_key, newest, None]:
        for placement in PLACEMENTS:
            yield {"placement": placement, "visitor_key": visitor_key, "items": ["9"]}


def copy_of_social(folder: Path) -> Any:
    """Copy the model of friends that the shop trained, and return what it answers."""
    from tests.upgrade.write_artifacts import answers_of

    [found] = (folder / "storage" / "social").glob("*.npz")
    copy = folder / "artifacts" / "social.npz"
    copy.write_bytes(found.read_bytes())
    return answers_of(copy, "social", [["1", "2"], ["9", "unknown"], []])


def command(*arguments: str, **options: Any) -> Any:
    """Run a management command; return what it printed as JSON, if anything."""
    from django.core.management import call_command

    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO(), **options)
    return json.loads(out.getvalue()) if options.get("json") else None


def failing(*arguments: str, **options: Any) -> None:
    """Run a command that must fail."""
    from django.core.management import CommandError

    try:
        command(*arguments, **options)
    except CommandError:
        return
    raise AssertionError(f"{arguments} did not fail")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
