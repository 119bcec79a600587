"""`python -m client` is the command `zhibao`."""

import sys

from client.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
