"""The host's items, seen through one interface."""

from .base import Catalog, ItemRecord, get_catalog
from .model_catalog import ModelCatalog

__all__ = ["Catalog", "ItemRecord", "ModelCatalog", "get_catalog"]
