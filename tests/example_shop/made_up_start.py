"""`python -m example_shop` over a smaller source, with the same arguments.

The first argument names it: "made-up", or "sample" for every eighth household of the
package's real data.
"""

import sys
from dataclasses import replace

from example_shop.__main__ import main, parse, prepare_django
from example_shop.setup.source import SourceTables, read_package

HOUSEHOLDS = 8


def sample() -> SourceTables:
    whole = read_package()
    kept = whole.household_ids % HOUSEHOLDS == 0
    names = [
        "household_ids",
        "basket_ids",
        "product_ids",
        "quantities",
        "amounts",
        "times",
    ]
    return replace(whole, **{name: getattr(whole, name)[kept] for name in names})


def start(source: str, arguments: list[str]) -> int:
    prepare_django(parse(arguments))
    from example_shop.setup import first_start
    from tests.example_shop.made_up import make_source

    first_start.read_package = {"made-up": make_source, "sample": sample}[source]
    return main(arguments)


if __name__ == "__main__":
    sys.exit(start(sys.argv[1], sys.argv[2:]))
