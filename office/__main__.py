"""`python -m office` is `zhibao-office`."""

import sys

from office.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
