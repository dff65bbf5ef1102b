from daybreak.agenda.importers.markdown.importer import MarkdownImporter

__all__ = ["MarkdownImporter"]
