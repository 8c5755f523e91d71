"""Where tables live: Delta commits, as-of reads, DuckDB."""
