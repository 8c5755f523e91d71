"""Products, endpoints, roles and comparators as reviewed data, and their loader."""
