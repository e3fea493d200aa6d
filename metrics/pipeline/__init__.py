"""The left half of the road a number travels: from people's rows to a certified release. Read `refresh.py` first."""

from metrics.pipeline.refresh import RefreshResult, refresh
from metrics.pipeline.worked_example import run_worked_example

__all__ = ["RefreshResult", "refresh", "run_worked_example"]
