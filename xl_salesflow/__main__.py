"""``python -m xl_salesflow`` is ``salesflow``."""

from xl_salesflow.cli import main

raise SystemExit(main())
