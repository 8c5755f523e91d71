"""Every table declared once, as data, and its renderings."""
