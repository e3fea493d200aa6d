"""What a statutory or sector return is made of, from a release's report alone: the gender pay gap row, the SC-WRES, the equality duty."""
