"""How the bundled model was made. Imported by the command line only: `python -m styleaug train`."""
