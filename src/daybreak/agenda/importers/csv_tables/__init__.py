from daybreak.agenda.importers.csv_tables.importer import CsvImporter

__all__ = ["CsvImporter"]
