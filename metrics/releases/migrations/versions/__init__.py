"""One module for each version: `v2_….py` leads from version 1 to version 2. A step that was shipped is never edited."""
