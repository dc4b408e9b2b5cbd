"""`python -m recordpick` does what `recordpick` does."""

from __future__ import annotations

import sys

from recordpick.cli.main import main

sys.exit(main())
