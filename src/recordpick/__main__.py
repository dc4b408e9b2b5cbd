"""`python -m recordpick` does what `recordpick` does."""

import sys

from recordpick.cli import main

sys.exit(main())
