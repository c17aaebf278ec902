"""The process that opens workbooks and Parquet files. It imports nothing of the rest, so that it starts at once and may die alone."""
