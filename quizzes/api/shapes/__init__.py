"""The shapes of requests and answers: requests are validated by them, answers are described by them for OpenAPI."""
