"""Hosts with a trap each; `walk.py` leads all of them along the same road.

A host is a package of this folder: `__init__.py` holds what its settings say beside
`settings.py`, `models.py` its rows, `shop.py` what people do there.
"""
