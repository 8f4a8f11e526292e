"""The API of A1111's web UI, so that its clients paint here unchanged."""
