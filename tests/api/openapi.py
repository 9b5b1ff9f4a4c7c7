"""`python -m tests.api.openapi` rewrites the document that `GET openapi.json` shows."""

import os

import django

COMMAND = "python -m tests.api.openapi"


def main() -> None:
    """Write the file into the package."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django_recsys.api.openapi import FILE

    from .openapi_document import as_text, make_document

    FILE.write_text(as_text(make_document()), encoding="utf-8")
    print(f"{FILE.name} is written.")


if __name__ == "__main__":
    main()
