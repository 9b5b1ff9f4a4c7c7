"""Nothing is sold: what people do is play, and it is counted in hours."""

from typing import Any

RECSYS: dict[str, Any] = {
    "ITEM_MODEL": "games.Game",
    "PURCHASES": {},
    "HISTORY": "tests.hosts.toys.games.shop.sessions",
}
