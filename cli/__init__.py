"""The command line: `trialkb`."""
