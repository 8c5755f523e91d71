"""A generator of FAERS quarters with planted signals and real quirks."""
