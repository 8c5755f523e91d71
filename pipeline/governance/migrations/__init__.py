"""Alembic's migrations of the store; carried inside the package, so that a wheel has them."""
