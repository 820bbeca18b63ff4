"""Other viewers on the same mesh in the same run, installed in `.peers` for that alone."""
