"""Daybreak turns what piles up overnight into finished work by morning."""
