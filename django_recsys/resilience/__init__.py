"""What keeps a failing service from failing a page."""
