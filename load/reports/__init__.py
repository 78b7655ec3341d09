"""What people and other tools read of a run: its folder, page, plots, summary and JUnit file.

Imports `judgement` and the rooms below it.
"""
