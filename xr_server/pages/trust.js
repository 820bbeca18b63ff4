// A worker that does nothing. Browsers register one only from an origin whose certificate they trust.
