"""The steps from each version of the release store's tables to the next. `metrics.releases.upgrade` takes them."""
