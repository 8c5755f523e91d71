"""One module for each revision of the store's schema; a released one is never changed."""
