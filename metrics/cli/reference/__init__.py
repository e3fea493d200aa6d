"""The pages that `equality docs` writes, one file each."""
