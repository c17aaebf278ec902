"""TYPED FILES: large Parquet files of events, whose columns are called and typed as the schema has them, read batch by batch.

They go by the rules of the intake without becoming text first, and never wholly into memory.
"""

from churn.typed.apart import apart, is_in_parts, named_twice, part_files, parts
from churn.typed.files import LARGE, Typed, typed
from churn.typed.rows import Tally, batches

__all__ = ["LARGE", "Tally", "Typed", "apart", "batches", "is_in_parts", "named_twice", "part_files", "parts", "typed"]
