"""Deep models: the only room that imports torch, and only where it computes.

The classes here declare hyper-parameters and load without torch, so that a form or a
list of algorithms costs a web process nothing.
"""
