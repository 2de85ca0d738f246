"""The columnar executor: the same rules on whole columns; the one room here that knows polars."""
