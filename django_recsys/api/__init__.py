"""Doors for programs: endpoints built with Django REST framework."""
