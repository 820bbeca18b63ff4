"""The page in a real browser, before a real server, with an emulated Quest 3."""
