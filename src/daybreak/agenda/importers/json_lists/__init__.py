from daybreak.agenda.importers.json_lists.importer import JsonListImporter

__all__ = ["JsonListImporter"]
