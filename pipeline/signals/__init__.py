"""Reporting measures: arrays in, arrays out."""
