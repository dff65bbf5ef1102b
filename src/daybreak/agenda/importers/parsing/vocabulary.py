"""The words that task lists use for a status or a priority."""

import re
from functools import lru_cache

from daybreak.agenda.model import Priority, TaskStatus

# English, then German, French, Spanish, Italian, Dutch and Portuguese.
_STATUS_WORDS = {
    TaskStatus.OPEN: (
        "open; todo; to do; to dos; not started; new; backlog; pending; planned; ready; reopened; next; "
        "selected for development; no status; triage; unstarted; needs action; needsaction; notstarted; "
        "offen; zu erledigen; zu tun; nicht begonnen; nicht gestartet; neu; geplant; ausstehend; "
        "à faire; a faire; ouvert; ouverte; non commencé; non commencée; pas commencé; nouveau; planifié; "
        "por hacer; pendiente; abierto; abierta; sin empezar; no iniciado; no iniciada; nuevo; planificado; "
        "da fare; aperto; aperta; non iniziato; non iniziata; nuovo; in attesa di avvio; pianificato; "
        "te doen; nog te doen; niet gestart; niet begonnen; nieuw; gepland; openstaand; "
        "a fazer; por fazer; aberto; aberta; não iniciado; não iniciada; não começado; pendente; novo; "
        "planejado; planeado"
    ),
    TaskStatus.IN_PROGRESS: (
        "in progress; in work; doing; started; active; ongoing; wip; in review; review; testing; inprogress; "
        "working on it; "
        "in bearbeitung; in arbeit; begonnen; laufend; läuft; aktiv; in prüfung; "
        "en cours; commencé; commencée; en revue; en cours de revue; "
        "en curso; en progreso; en proceso; haciendo; iniciado; iniciada; en revisión; "
        "in corso; in lavorazione; iniziato; iniziata; in revisione; "
        "bezig; mee bezig; in uitvoering; in behandeling; gestart; in beoordeling; "
        "em andamento; em progresso; em curso; fazendo; em execução; em revisão"
    ),
    TaskStatus.BLOCKED: (
        "blocked; on hold; hold; waiting; waiting for; waiting on; stuck; paused; waiting on someone else; "
        "deferred; waitingonothers; "
        "blockiert; wartet; wartend; warten; wartet auf jemand anderen; wartet auf andere; zurückgestellt; "
        "pausiert; angehalten; "
        "bloqué; bloquée; en attente; en pause; en attente d’une autre personne; différé; reporté; "
        "bloqueado; bloqueada; en espera; en pausa; a la espera de otra persona; aplazado; aplazada; "
        "bloccato; bloccata; in attesa; in pausa; in attesa di altri; rinviato; rinviata; "
        "geblokkeerd; wacht; wachten; wachtend; in de wacht; wachten op iemand anders; uitgesteld; "
        "em espera; aguardando; em pausa; aguardando outra pessoa; adiado; adiada"
    ),
    TaskStatus.DONE: (
        "done; completed; complete; closed; resolved; finished; fixed; shipped; merged; "
        "erledigt; fertig; abgeschlossen; geschlossen; beendet; gelöst; "
        "terminé; terminée; terminés; terminées; fait; faite; fini; finie; achevé; achevée; fermé; fermée; "
        "clos; résolu; résolue; "
        "hecho; hecha; terminado; terminada; completado; completada; finalizado; finalizada; cerrado; "
        "cerrada; resuelto; resuelta; "
        "fatto; fatta; completato; completata; terminato; terminata; finito; finita; chiuso; chiusa; "
        "concluso; conclusa; risolto; risolta; "
        "voltooid; gedaan; klaar; afgerond; gereed; gesloten; opgelost; afgehandeld; "
        "concluído; concluída; concluido; feito; feita; finalizado; fechado; fechada; completo; resolvido"
    ),
    TaskStatus.CANCELLED: (
        "cancelled; canceled; wont do; wont fix; declined; dropped; not planned; "
        "duplicate; rejected; abandoned; obsolete; cannot reproduce; archived; deleted; trashed; "
        "abgebrochen; storniert; verworfen; abgelehnt; entfällt; archiviert; gelöscht; wird nicht gemacht; "
        "annulé; annulée; abandonné; abandonnée; rejeté; rejetée; archivé; archivée; supprimé; supprimée; "
        "cancelado; cancelada; anulado; anulada; descartado; rechazado; archivado; archivada; eliminado; "
        "annullato; annullata; abbandonato; rifiutato; archiviato; archiviata; eliminato; "
        "geannuleerd; vervallen; afgewezen; gearchiveerd; verwijderd; "
        "abandonado; rejeitado; rejeitada; arquivado; arquivada; excluído"
    ),
}
# “Major” is the default priority of issues in older versions of Jira.
_PRIORITY_WORDS = {
    Priority.HIGHEST: (
        "highest; critical; blocker; urgent; p0; p1; 1; a; "
        "höchste; am höchsten; kritisch; dringend; sehr hoch; "
        "la plus haute; très haute; très élevée; critique; urgente; "
        "la más alta; más alta; muy alta; crítica; crítico; "
        "massima; altissima; molto alta; critica; critico; "
        "hoogste; zeer hoog; kritiek; dringend; kritisch; "
        "a mais alta; mais alta; muito alta; máxima"
    ),
    Priority.HIGH: (
        "high; important; p2; 2; b; h; "
        "hoch; wichtig; hohe; haute; élevée; élevé; elevée; importante; alta; alto; elevata; hoog; "
        "belangrijk; elevada"
    ),
    Priority.NORMAL: (
        "normal; medium; moderate; major; default; none; p3; 3; c; m; no priority; "
        "mittel; mittlere; keine; moyenne; moyen; normale; aucune; media; medio; ninguna; nessuna; "
        "normaal; gemiddeld; middel; geen; média; médio; nenhuma"
    ),
    Priority.LOW: (
        "low; lowest; minor; trivial; p4; p5; 4; 5; d; l; "
        "niedrig; niedrige; niedrigste; gering; sehr niedrig; "
        "basse; faible; la plus basse; très basse; "
        "baja; bajo; muy baja; la más baja; bassa; basso; minima; molto bassa; "
        "laag; laagste; zeer laag; baixa; baixo; muito baixa; mínima"
    ),
}
# Lists that a program makes for tasks without a list: they are no projects.
_DEFAULT_LISTS = frozenset(
    {
        *("tasks", "task list", "my tasks", "to do", "todo", "todos", "to do list", "inbox", "reminders"),
        *("no project", "none", "flagged emails", "flagged email"),
        *("aufgaben", "meine aufgaben", "posteingang", "eingang", "erinnerungen", "aufgabenliste"),
        *("tâches", "mes tâches", "boîte de réception", "rappels"),
        *("tareas", "mis tareas", "bandeja de entrada", "recordatorios"),
        *("attività", "le mie attività", "posta in arrivo", "promemoria"),
        *("taken", "mijn taken", "postvak in", "herinneringen", "takenlijst"),
        *("tarefas", "minhas tarefas", "as minhas tarefas", "caixa de entrada", "lembretes"),
    }
)
# Spreadsheets write a check box in the language of their user.
_TRUE_WORDS = frozenset(
    (
        *("yes", "y", "true", "1", "x", "✓", "✔", "✅", "☑", "done", "completed", "complete", "closed"),
        *("wahr", "vrai", "verdadero", "vero", "waar", "verdadeiro", "ja", "oui", "sí", "si", "sì", "sim"),
    )
)
_FALSE_WORDS = frozenset(
    (
        *("", "no", "n", "false", "0", "-", "☐", "open", "not done", "incomplete"),
        *("falsch", "faux", "falso", "onwaar", "nein", "non", "nee", "não", "nao"),
    )
)

_APOSTROPHES = re.compile("['\u2019]")
_SEPARATORS = re.compile(r"[\s_-]+")
_DECORATION = re.compile(r"^\W+|\W+$")


def _normalize(word: str) -> str:
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", word.casefold())).strip() or word.strip()


_STATUS_OF = {
    _normalize(word): status for status, words in _STATUS_WORDS.items() for word in words.split("; ")
}
_PRIORITY_OF = {
    _normalize(word): priority for priority, words in _PRIORITY_WORDS.items() for word in words.split("; ")
}


@lru_cache(maxsize=256)
def parse_status(word: str) -> TaskStatus | None:
    """Return the status that a word means, ignoring case and emoji around it; None for an unknown word."""
    plain = _normalize(word)
    return _STATUS_OF.get(plain) or _STATUS_OF.get(_DECORATION.sub("", plain))


@lru_cache(maxsize=256)
def parse_priority(word: str) -> Priority | None:
    """Return the priority that a word means, ignoring case; of numbers, 1 is the highest."""
    plain = _normalize(word)
    return _PRIORITY_OF.get(plain) or _PRIORITY_OF.get(_DECORATION.sub("", plain))


def is_default_list(name: str) -> bool:
    """Return whether a list has the name of a program's list for tasks without a list, such as Inbox."""
    return _normalize(name) in _DEFAULT_LISTS


def parse_boolean(word: str) -> bool | None:
    """Return whether a word means yes; None if it means neither yes nor no."""
    plain = _normalize(word)
    return True if plain in _TRUE_WORDS else False if plain in _FALSE_WORDS else None
