"""Reads doses, regimens, ages, endpoints and design numbers out of registry prose, each with its evidence."""
