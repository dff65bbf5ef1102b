"""Projects that are one although files name them differently, or sources share them."""
