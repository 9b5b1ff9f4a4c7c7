"""``python -m example_shop``: set the shop up, then serve it.

Everything lies in one folder (``--data``, default ``example_shop/var``); remove the
folder to start over.
"""

import argparse
import os
import sys
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m example_shop")
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=Path, help="folder of database and models")
    parser.add_argument(
        "--check",
        action="store_true",
        help="do all but serving: print the lists and the evaluation, and judge them",
    )
    parser.add_argument(
        "--deep",
        action="store_true",
        help="let a Celery worker train sasrec and gru (needs the extra neural)",
    )
    return parser.parse_args(arguments)


def prepare_django(options: argparse.Namespace) -> None:
    """Load Django with the chosen folder and host; settings read the environment."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_shop.settings")
    if options.data:
        os.environ["RECSYS_SHOP_DATA"] = str(options.data.resolve())
    if options.host not in LOOPBACK:
        os.environ.setdefault("RECSYS_SHOP_HOSTS", "*")
    django.setup()


def main(arguments: list[str] | None = None) -> int:
    sys.stdout.reconfigure(line_buffering=True)  # progress shows through a pipe too
    options = parse(arguments)
    prepare_django(options)
    from django.conf import settings

    from .setup.first_start import ensure_shop
    from .setup.terminal import say

    try:
        facts = ensure_shop(settings.DATA_DIR)
    except BlockingIOError:
        say(f"Another process is setting up the shop in {settings.DATA_DIR}.")
        return 1
    problems = []
    if options.deep:
        from .setup.deep import check_deep, train_deep

        problems += train_deep(settings.DATA_DIR)
        problems += check_deep()
    if options.check:
        from .setup.check import check_shop

        return check_shop(facts, problems)
    for problem in problems:
        say(f"✗ {problem}")
    serve(options, facts)
    return 0


def serve(options: argparse.Namespace, facts: dict) -> None:
    from django.core.management import call_command

    from .setup.first_start import ADMIN
    from .setup.loading import DEMO_PASSWORD
    from .setup.terminal import say

    url = f"http://{options.host}:{options.port}/"
    say(f"\nFernhill Market is open: {url}")
    say(f"  {facts['products']:,} products, {facts['households']:,} households")
    say("  log in as any household on the login page: one click, no password")
    say(f"  (or as household900 with the password {DEMO_PASSWORD!r})")
    say(f"  admin: {url}admin/ as {ADMIN[0]!r} with the password {ADMIN[1]!r}")
    say("  commands: python -m example_shop.manage recsys_doctor, recsys_tick, ...")
    say("  Data: simulated on real shopping patterns, for education; dates shifted.")
    if options.host not in LOOPBACK:
        say("  CAREFUL: whoever reaches this address can log in, as admin too.")
    say("  Stop with Ctrl-C.\n")
    # Static files come along although DEBUG is off: this is a demonstration server.
    call_command(
        "runserver",
        f"{options.host}:{options.port}",
        use_reloader=False,
        insecure_serving=True,
    )


if __name__ == "__main__":
    sys.exit(main())
