"""The image API of OpenAI, so that its clients paint here unchanged."""
