"""Shows and collects. Knows services, never the store or the network."""
