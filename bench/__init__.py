"""How fast it is, and how much it takes: every figure a ratio, or measured beside what it is compared with, in one run."""
