"""The commands of contract-load, their options and exit codes. Imports every other room."""
