"""cartwatch: watching the safety of CAR-T cell therapies after approval."""

import os

# Huge pages are filled with zeros two megabytes at a time and have left the processor's cache when the array is written:
# signals of five million cases take a twentieth longer with them. NumPy asks when it is imported: where another program has
# imported it before, nothing changes but that time.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
