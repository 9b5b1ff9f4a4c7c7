"""Deep models: the only package that imports torch.

The classes here import without torch, so that a form or a list of algorithms does not
load it.
"""
