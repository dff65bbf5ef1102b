"""The English names of columns in German, French, Spanish, Italian, Dutch and Portuguese."""

from typing import Final

_TRANSLATIONS: Final = {
    "task": "aufgabe; aufgaben; aufgabenname; tâche; tâches; tarea; tareas; attività; compito; taak; taken; "
    "tarefa; tarefas; vorgang; zu erledigen; à faire; por hacer; da fare; te doen; a fazer",
    "title": "titel; titre; título; titulo; titolo",
    "name": "nom; nombre; nome; naam; bezeichnung",
    "subject": "betreff; objet; sujet; asunto; oggetto; onderwerp; assunto",
    "summary": "zusammenfassung; résumé; resumen; riepilogo; samenvatting; resumo",
    "due date": "fällig; fällig am; fälligkeit; fälligkeitsdatum; frist; termin; abgabe; stichtag; bis; "
    "échéance; date d'échéance; date d’échéance; date limite; à rendre; "
    "vencimiento; fecha de vencimiento; fecha límite; fecha limite; fecha de entrega; "
    "scadenza; data di scadenza; data scadenza; "
    "vervaldatum; einddatum; uiterlijk; "
    "vencimento; data de vencimento; data de conclusão prevista; prazo; data limite; data de entrega",
    "date": "datum; fecha",
    "start date": "beginn; beginnt am; startdatum; anfang; start am; begonnen am; "
    "début; date de début; commence le; inicio; fecha de inicio; comienza el; "
    "inizio; data di inizio; data inizio; begindatum; begint op; "
    "início; data de início; começa em",
    "start time": "beginnt um; heure de début; hora de comienzo; hora de inicio; ora di inizio; begintijd; "
    "hora de início",
    "end time": "endet um; heure de fin; hora de finalización; ora di fine; eindtijd; hora de término",
    "all day event": "ganztägiges ereignis; journée entière; evento de todo el día; todo el día; "
    "giornata intera; duurt hele dag; dia inteiro",
    "status": "estado; état; statut; stato; situação; estatuto; bearbeitungsstatus",
    "priority": "priorität; dringlichkeit; wichtigkeit; priorité; prioridad; priorità; prioriteit; "
    "prioridade",
    "project": "projekt; projet; proyecto; progetto; projeto; projecto",
    "project name": "projektname; nom du projet; nombre del proyecto; nome progetto; projectnaam; "
    "nome do projeto",
    "list": "liste; lista; lijst",
    "section": "abschnitt; sección; sezione; sectie; seção; secção",
    "phase": "etappe; fase; étape; etapa",
    "done": "erledigt; fertig; abgeschlossen; terminé; terminée; fait; hecho; completada; completado; "
    "fatto; completato; completata; voltooid; gedaan; klaar; afgerond; concluído; concluída; feito; feita",
    "date completed": "erledigt am; abgeschlossen am; fertiggestellt am; terminé le; date d'achèvement; "
    "date d’achèvement; fecha de finalización; completado el; data completamento; data di completamento; "
    "voltooid op; datum voltooid; data de conclusão; concluído em",
    "% complete": "% erledigt; % abgeschlossen; % achevé; % terminé; % completado; % completato; "
    "% completata; % voltooid; % concluída; % concluído",
    "assignee": "zuständig; zugewiesen; zugewiesen an; zugewiesene person; bearbeiter; bearbeiterin; "
    "verantwortlich; verantwortliche; verantwortlicher; "
    "assigné à; assignée à; responsable; attribué à; asignado a; asignado; persona asignada; "
    "assegnato a; assegnatario; responsabile; toegewezen aan; verantwoordelijke; "
    "atribuído a; atribuída a; responsável",
    "notes": "notizen; notiz; anmerkung; anmerkungen; bemerkung; bemerkungen; kommentar; remarques; notas; "
    "appunti; notities; opmerkingen; observações; anotações",
    "description": "beschreibung; descripción; descripcion; descrizione; beschrijving; omschrijving; "
    "descrição; descricao",
    "tags": "schlagwörter; stichwörter; etiketten; étiquettes; etiquetas; etichette; marcadores",
    "categories": "kategorien; kategorie; catégories; catégorie; categorías; categoría; categorie; "
    "categoria; categorieën; categorias",
    "estimate": "aufwand; schätzung; dauer; estimation; durée; estimación; duración; stima; durata; "
    "schatting; duur; estimativa; duração",
    "blocked by": "blockiert von; wartet auf; bloqué par; bloquée par; bloqueado por; bloqueada por; "
    "bloccato da; bloccata da; geblokkeerd door",
    "parent task": "übergeordnete aufgabe; tâche parente; tarea principal; attività principale; "
    "bovenliggende taak; tarefa principal",
    "archived": "archiviert; archivé; archivée; archivado; archivada; archiviato; archiviata; gearchiveerd; "
    "arquivado; arquivada",
    "issue key": "vorgangsschlüssel; schlüssel; clé de ticket; clé; clave de incidencia; chiave ticket; "
    "issuesleutel; chave do item; chave da ocorrência",
    "issue id": "vorgangs-id; id de ticket; id de incidencia; id ticket; id do item",
    "issue type": "vorgangstyp; type de ticket; tipo de incidencia; tipo de actividad; tipo di ticket; "
    "issuetype; tipo de item",
    "resolution": "lösung; auflösung; résolution; resolución; risoluzione; oplossing; resolução",
    "resolved": "gelöst; résolu; résolue; resuelta; resuelto; risolto; opgelost; resolvido",
    "updated": "aktualisiert; geändert; mise à jour; modifié; actualizada; actualizado; aggiornato; "
    "bijgewerkt; atualizado",
    "created": "erstellt; angelegt; création; créée; creada; creado; creato; aangemaakt; criado",
}
_ENGLISH: Final = {word: name for name, words in _TRANSLATIONS.items() for word in words.split("; ")}


def translate_columns(headers: list[str]) -> list[str]:
    """Return the names of columns in English, in lower case; unknown names stay.

    A name that the table has in English already is not given to a second column.
    """
    return [name if (english := _ENGLISH.get(name, name)) in headers else english for name in headers]
