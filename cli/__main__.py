"""`python -m cli` is `trialkb`."""

from cli.main import run

if __name__ == "__main__":
    run()
