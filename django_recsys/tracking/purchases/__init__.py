"""What the shop's own tables say was bought."""
