"""Which network a request comes from, as a hash that leads to no address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

PREFIX_LENGTH = {4: 24, 6: 48}
"""The bits of an address that one household or company shares."""


def origin_of(request: HttpRequest) -> str | None:
    """Return a keyed hash of the sender's network, None where it is not known.

    Behind a proxy the address is known where REST_FRAMEWORK["NUM_PROXIES"] says how
    many proxies there are. Else `X-Forwarded-For` is ignored: anybody can write it.
    """
    address = address_of(request)
    if address is None:
        return None
    network = ip_network((address, PREFIX_LENGTH[address.version]), strict=False)
    digest = salted_hmac("django_recsys.origin", str(network), algorithm="sha256")
    return digest.hexdigest()[:32]


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return the sender's address; None for a proxy's own, or what is none."""
    text = request.META.get("REMOTE_ADDR", "")
    proxies = number_of_proxies()
    if proxies:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        text = forwarded[-min(proxies, len(forwarded))].strip() or text
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    # Without a number of proxies, a private address is that of the proxy.
    return None if address.is_private and not proxies else address


def number_of_proxies() -> int | None:
    """Return how many proxies of the shop's own stand before it, None if unsaid."""
    number = getattr(settings, "REST_FRAMEWORK", {}).get("NUM_PROXIES")
    return number if isinstance(number, int) else None
