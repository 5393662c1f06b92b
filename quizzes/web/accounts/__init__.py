"""Signing up, in and out, passwords, addresses and the second factor: allauth's flows in our words and our look."""
