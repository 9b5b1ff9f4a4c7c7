"""Defaults of a host's own API that would break every endpoint of ours."""

from rest_framework.exceptions import NotAcceptable
from rest_framework.metadata import SimpleMetadata
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.schemas.openapi import AutoSchema


class RefusesAll(BaseContentNegotiation):
    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        raise NotAcceptable


class Schema(AutoSchema):
    def __init__(self):
        raise NotImplementedError


class Metadata(SimpleMetadata):
    def determine_metadata(self, request, view):
        raise NotImplementedError


def teapot(exception, context):
    return Response("teapot", status=418)
