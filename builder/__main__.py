"""``python -m builder`` is the command ``cchc``."""

from builder.cli import main

main()
