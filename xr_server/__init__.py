"""What is shown and how it travels: FastAPI, the wire protocol, one session a client."""
