"""Tests of tables in German, French, Spanish, Italian, Dutch and Portuguese."""

from datetime import date

import pytest

from daybreak.agenda.model import Priority, TaskStatus

OPEN, DOING, BLOCKED = TaskStatus.OPEN, TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED
DONE, CANCELLED = TaskStatus.DONE, TaskStatus.CANCELLED


@pytest.mark.parametrize(
    ("header", "state", "priority", "expected"),
    [
        ("Aufgabe;Projekt;Fällig;Status;Priorität;Zuständig;Notizen", "In Bearbeitung", "Hoch", DOING),
        (
            "Titel;Projekt;Fälligkeitsdatum;Status;Dringlichkeit;Bearbeiter;Bemerkung",
            "Erledigt",
            "Wichtig",
            DONE,
        ),
        ("Tâche;Projet;Échéance;Statut;Priorité;Responsable;Remarques", "Terminé", "Haute", DONE),
        ("Titre;Projet;Date d’échéance;État;Priorité;Attribué à;Notes", "En attente", "Élevée", BLOCKED),
        ("Tarea;Proyecto;Vencimiento;Estado;Prioridad;Asignado a;Notas", "Hecho", "Alta", DONE),
        ("Título;Proyecto;Fecha límite;Estado;Prioridad;Responsable;Notas", "Pendiente", "Importante", OPEN),
        ("Attività;Progetto;Scadenza;Stato;Priorità;Assegnato a;Appunti", "Completato", "Alta", DONE),
        ("Titolo;Progetto;Data di scadenza;Stato;Priorità;Responsabile;Note", "In corso", "Elevata", DOING),
        ("Taak;Project;Vervaldatum;Status;Prioriteit;Toegewezen aan;Opmerkingen", "Voltooid", "Hoog", DONE),
        (
            "Titel;Project;Einddatum;Status;Prioriteit;Verantwoordelijke;Notities",
            "Bezig",
            "Belangrijk",
            DOING,
        ),
        ("Tarefa;Projeto;Vencimento;Situação;Prioridade;Responsável;Observações", "Concluído", "Alta", DONE),
        ("Título;Projeto;Prazo;Estado;Prioridade;Atribuído a;Notas", "Cancelada", "Elevada", CANCELLED),
    ],
)
def test_columns_states_and_priorities_are_read_in_seven_languages(read, header, state, priority, expected):
    parsed = read("liste.csv", f"{header}\nMalen;Haus;2026-04-01;{state};{priority};Anna;weiß\n")
    (task,) = parsed.tasks
    assert (task.title, task.project, task.due) == ("Malen", "Haus", date(2026, 4, 1))
    assert (task.status, task.priority) == (expected, Priority.HIGH)
    assert (task.assignee, task.details) == ("Anna", "weiß")
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("words", "priority"),
    [
        ("dringend; critique; muy alta; massima; hoogste; máxima", Priority.HIGHEST),
        ("hoch; élevée; importante; alta; hoog", Priority.HIGH),
        ("mittel; moyenne; media; normaal; média; keine; aucune", Priority.NORMAL),
        ("niedrig; faible; baja; bassa; laag; baixa", Priority.LOW),
    ],
)
def test_priorities_are_words_of_seven_languages(read, words, priority):
    rows = "".join(f"Paint,{word}\n" for word in words.split("; "))
    parsed = read("list.csv", f"Task,Priority\n{rows}")
    assert {task.priority for task in parsed.tasks} == {priority}
    assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("header", "row", "status"),
    [
        (
            "Betreff;Beginnt am;Fällig am;Erledigt am;% erledigt;Kategorien;Notizen;Priorität;Status",
            "Malen;25.3.2026;30.3.2026;;0;Haus;;Hoch;Nicht begonnen",
            OPEN,
        ),
        (
            "Betreff;Beginnt am;Fällig am;Erledigt am;% erledigt;Kategorien;Notizen;Priorität;Status",
            "Malen;25.3.2026;30.3.2026;;50;;;Hoch;Wartet auf jemand anderen",
            BLOCKED,
        ),
        (
            "Betreff;Beginnt am;Fällig am;Erledigt am;% erledigt;Kategorien;Notizen;Priorität;Status",
            "Malen;25.3.2026;30.3.2026;28.3.2026;100;;;Hoch;Erledigt",
            DONE,
        ),
        (
            "Zusammenfassung;Vorgangsschlüssel;Vorgangs-ID;Vorgangstyp;Status;Priorität;Fälligkeitsdatum",
            "Malen;WEB-1;10001;Aufgabe;In Arbeit;Hoch;2026-03-30",
            DOING,
        ),
        (
            "Résumé;Clé de ticket;Type de ticket;Statut;Priorité;Date d'échéance",
            "Malen;WEB-1;Tâche;En cours;Haute;2026-03-30",
            DOING,
        ),
    ],
)
def test_exports_of_programs_in_other_languages_are_read(read, header, row, status):
    (task,) = read("export.csv", f"{header}\n{row}\n").tasks
    assert (task.title, task.due) == ("Malen", date(2026, 3, 30))
    assert (task.status, task.priority) == (status, Priority.HIGH)


@pytest.mark.parametrize("header", ["Nombre,Correo", "Nom,Adresse", "Naam,Telefoon", "Nome,Cognome"])
def test_table_of_people_is_no_task_list(read, header):
    parsed = read("people.csv", f"{header}\nAnna,x\n")
    assert parsed.tasks == ()
    assert len(parsed.warnings) == 1
