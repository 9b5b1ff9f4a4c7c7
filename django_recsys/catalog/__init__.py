"""The host's items, seen through one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_recsys.lazy import exports

if TYPE_CHECKING:
    from .base import (
        Catalog as Catalog,
        ItemRecord as ItemRecord,
        get_catalog as get_catalog,
    )
    from .fields import FIELD_NAMES as FIELD_NAMES, make_reader as make_reader
    from .model_catalog import (
        KEYS_PER_QUERY as KEYS_PER_QUERY,
        ModelCatalog as ModelCatalog,
        batches as batches,
    )
    from .records import (
        CHUNK as CHUNK,
        find_problems as find_problems,
        make_record as make_record,
    )
    from .sources import available as available, base_queryset as base_queryset

__getattr__, __all__ = exports(
    __name__,
    {
        "base": "Catalog ItemRecord get_catalog",
        "fields": "FIELD_NAMES make_reader",
        "model_catalog": "KEYS_PER_QUERY ModelCatalog batches",
        "records": "CHUNK find_problems make_record",
        "sources": "available base_queryset",
    },
)
