"""cartwatch: watching the safety of CAR-T cell therapies after approval."""

import os

# Huge pages are filled with zeros two megabytes at a time and have left the processor's cache when the array is written:
# signals of five million cases take a twentieth longer with them. NumPy asks once, when it is imported.
os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
