"""Looking Glass: a scan as a quilt of views. Knows nothing about the server."""
