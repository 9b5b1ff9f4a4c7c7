"""`python -m example_shop` over the made-up source, with the same arguments."""

import sys

from example_shop.__main__ import main, parse, prepare_django


def start(arguments: list[str]) -> int:
    prepare_django(parse(arguments))
    from example_shop.setup import first_start
    from tests.example_shop.made_up import make_source

    first_start.read_package = make_source
    return main(arguments)


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
