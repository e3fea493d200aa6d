"""Examples of cell suppression that others have published, protected by us and attacked beside the published solution."""
