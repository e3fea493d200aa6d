"""The environment and `config/settings.yaml`, read once at the edge and passed down as arguments."""
