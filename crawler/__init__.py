"""Pulls records from a registry and keeps what was received, byte for byte."""
