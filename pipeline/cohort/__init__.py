"""The followed patients: tables of the study in, rows of estimates out."""
