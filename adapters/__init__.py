"""One port, one technology, one module. Only the container knows them."""
