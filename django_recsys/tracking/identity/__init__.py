"""Who a visitor is: keys, guests, the merge at login."""
