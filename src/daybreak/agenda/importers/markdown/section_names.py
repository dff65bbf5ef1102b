"""The headings that name no project: a state, a day or a part of a note, in seven languages."""

import re
from dataclasses import dataclass

from daybreak.agenda.importers.parsing.dates import parse_date
from daybreak.agenda.importers.parsing.someday import is_someday
from daybreak.agenda.importers.parsing.vocabulary import parse_status
from daybreak.agenda.model import TaskStatus


def _split_words(words: str) -> frozenset[str]:
    """Return the words of a text in which semicolons separate them."""
    return frozenset(filter(None, (" ".join(word.split()) for word in words.split(";"))))


_LIST_NAMES = _split_words("""
    task; tasks; task list; open tasks; my tasks; to do; to dos; todo; todos; todo list; to do list;
    checklist; action items; action points; actions; next actions; next action; next steps; next;
    inbox; later; soon; follow up; follow ups; open points; open items; open questions; reminders;
    priorities; top priorities; today; tomorrow; yesterday; tonight; this week; next week; this
    month; next month; this weekend; upcoming; overdue; log; daily log; journal; morning; afternoon;
    evening; habits; notes; misc; miscellaneous; other;
    aufgabe; aufgaben; aufgabenliste; offene aufgaben; meine aufgaben; zu erledigen; offen; to do
    liste; nächste schritte; nächste aktionen; maßnahmen; offene punkte; eingang; eingangskorb;
    posteingang; heute; morgen; gestern; diese woche; nächste woche; dieser monat; nächster monat;
    später; tagebuch; notizen; sonstiges; erinnerungen; checkliste;
    tâches; mes tâches; liste de tâches; à faire; prochaines actions; prochaines étapes; boîte de
    réception; aujourd hui; demain; hier; cette semaine; semaine prochaine; la semaine prochaine; ce
    mois; plus tard; points ouverts; rappels; divers;
    tareas; mis tareas; lista de tareas; pendientes; pendiente; por hacer; próximas acciones;
    próximos pasos; bandeja de entrada; entrada; hoy; mañana; ayer; esta semana; próxima semana; la
    próxima semana; este mes; más tarde; después; diario; registro; notas; recordatorios;
    attività; compiti; da fare; cose da fare; lista delle cose da fare; prossime azioni; prossimi
    passi; in arrivo; posta in arrivo; oggi; domani; ieri; questa settimana; prossima settimana;
    questo mese; più tardi; dopo; note; appunti; promemoria;
    taken; mijn taken; takenlijst; te doen; actiepunten; acties; volgende acties; volgende stappen;
    postvak in; vandaag; morgen; gisteren; deze week; volgende week; deze maand; logboek; dagboek;
    notities; overig;
    tarefas; minhas tarefas; lista de tarefas; a fazer; por fazer; próximas ações; próximos passos;
    caixa de entrada; hoje; amanhã; ontem; esta semana; próxima semana; este mês; mais tarde;
    depois; diário; anotações; lembretes;
""")
_MINUTES_NAMES = _split_words("""
    attendees; participants; present; absent; apologies; decisions; decisions made; decision;
    agenda; minutes; meeting minutes; meeting notes; discussion; discussions; discussed; summary;
    topics; outcomes; key points;
    teilnehmer; teilnehmende; teilnehmerinnen; anwesend; anwesende; abwesend; entschuldigt;
    beschlüsse; beschluss; entscheidungen; tagesordnung; protokoll; besprechung; diskussion;
    zusammenfassung; themen;
    présents; absents; excusés; décisions; ordre du jour; compte rendu; discussions; résumé; sujets;
    asistentes; participantes; presentes; ausentes; decisiones; acuerdos; orden del día; acta;
    resumen; temas;
    partecipanti; presenti; assenti; decisioni; ordine del giorno; verbale; discussione; riassunto;
    temi;
    aanwezig; aanwezigen; afwezig; deelnemers; besluiten; notulen; discussie; samenvatting;
    onderwerpen;
    ausentes; decisões; ordem do dia; pauta; ata; discussão; resumo; assuntos;
""")
_STATE_NAMES = {
    TaskStatus.DONE: _split_words("""
        done today; done this week; completed tasks; done tasks; finished tasks; accomplished;
        achieved; erledigt; erledigte aufgaben; fertig; abgeschlossen; fait; faits; faites; terminé;
        terminés; terminée; terminées; hecho; hechos; hechas; terminado; terminadas; completado;
        completadas; fatto; fatti; fatte; completato; completati; completate; finito; gedaan; klaar;
        afgerond; voltooid; feito; feitas; concluído; concluída; concluídas; concluídos;
    """),
    TaskStatus.CANCELLED: _split_words("""
        canceled tasks; cancelled tasks; not doing; wont do; abgebrochen; storniert; verworfen;
        abgesagt; gestrichen; annulé; annulée; annulés; annulées; abandonné; abandonnés; cancelado;
        cancelada; cancelados; canceladas; descartado; annullato; annullati; annullate; geannuleerd;
        vervallen;
    """),
    TaskStatus.BLOCKED: _split_words("""
        waiting list; delegated; wartet; warten; warten auf; wartend; wartet auf; blockiert;
        zurückgestellt; en attente; bloqué; bloqués; en espera; esperando; bloqueado; in attesa;
        bloccato; sospeso; wacht; wacht op; wachten; wachten op; geblokkeerd; em espera; aguardando;
        à espera;
    """),
    TaskStatus.IN_PROGRESS: _split_words("""
        now; current; in arbeit; in bearbeitung; läuft; laufend; begonnen; en cours; en curso; en
        progreso; en proceso; haciendo; in corso; in lavorazione; bezig; mee bezig; in uitvoering;
        em andamento; em curso; em progresso; fazendo;
    """),
}
_ARCHIVES = _split_words("""
    archief; archiv; archivado; archive; archived; archived tasks; archives; archiviati; archiviert;
    archivio; archivo; archivé; archivées; arquivado; arquivados; arquivo; gearchiveerd;
""")
_STATUS_OF = {word: status for status, words in _STATE_NAMES.items() for word in words}
_WAITING_FOR = re.compile(
    r"(?:waiting (?:on|for)|blocked by|awaiting|warte[nt]? auf|en attente d[e ]|en espera de|esperando"
    r"|in attesa di|wacht(?:en)? op|aguardando|à espera de)\b.+"
)
_TASKS_FOR = re.compile(
    r"(?:action items|action points|tasks|to ?dos?|next steps|next actions|follow ups?|aufgaben|tâches|tareas"
    r"|compiti|taken|actiepunten|tarefas) (?:for|of|from|by|für|von|pour|de|para|per|di|voor|van) .+"
)
_MONTH = (
    r"(?:jan(?:uary|uar|vier|uari|eiro)?|ene(?:ro)?|gen(?:naio)?|feb(?:ruary|ruar|rero|braio|ruari)?"
    r"|fev(?:ereiro)?|févr?(?:ier)?|mar(?:ch|s|zo|ço)?|märz?|maart|apr(?:il|ile)?|abr(?:il)?|avr(?:il)?|may"
    r"|mai|mayo|maggio|mag|mei|maio|june?|juni|juin|junio|giu(?:gno)?|junho|jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?"
    r"|aug(?:ust|ustus)?|août|ago(?:sto)?|sept?(?:ember|embre|tiembre|iembre)?|set(?:tembre|embro)?"
    r"|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?"
    r"|dec(?:ember)?|dez(?:ember|embro)?|déc(?:embre)?|dic(?:iembre|embre)?)\.?"
)
_WEEKDAY = (
    r"(?:mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rsday|rs|r)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|domenica"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
    r"|segunda(?: feira)?|terça(?: feira)?|quarta(?: feira)?|quinta(?: feira)?|sexta(?: feira)?)"
)
_NUMERIC_DAY = r"(?:\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}(?:[-/.]\s?(?:\d{4}|\d{2})?)?)"
_NAMED_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|\.|º|°)?\s(?:of\s|de\s|di\s)?{_MONTH}|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th|\.)?)"
    r"(?:,?\s(?:de\s|del\s)?\d{4})?"
)
_WEEK = r"(?:week|wk|woche|kw|semaine|semana|settimana|w)\s?\d{1,2}(?:[\s/,]+\d{4})?|\d{4}[\s-]?w\d{1,2}"
_DAY = re.compile(
    rf"(?:{_WEEKDAY}[.,]?(?:\s(?:the|den|le|el|il|de)?\s?)?)?(?:{_NAMED_DAY}|{_NUMERIC_DAY})"
    rf"(?:[\s,(]+{_WEEKDAY}\)?)?"
    rf"|{_WEEKDAY}|{_WEEK}|(?!mars$|\w{{3}}\.?$){_MONTH}|{_MONTH}\s(?:de\s)?\d{{4}}|q[1-4](?:\s\d{{4}})?"
)
# “Weekly 2026-W48” and “2026-11 November” are periodic notes.
_NOTE_OF_PERIOD = re.compile(
    r"(?:(?:daily|weekly|monthly|quarterly)(?:\s(?:notes?|review|plan|log))?[\s-]+)?"
    rf"(?:\d{{4}}[\s-]?(?:w\d{{1,2}}|q[1-4]|(?:0[1-9]|1[0-2]))|\d{{4}}-\d{{2}}-\d{{2}})"
    rf"(?:[\s-]+(?:{_MONTH}|{_WEEKDAY}))?",
    re.IGNORECASE,
)
_NOT_A_WORD = re.compile(r"[^\w']+|_+")
_COUNT = re.compile(r"\s*\(\d+(?:\s*/\s*\d+)?\)\s*$|\s*:\s*$")
_AT_EITHER_END = re.compile(r"^[^\w]+|[^\w.)]+$")
_MAX_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SectionName:
    """What a heading states of the tasks below it, beside that it is no project.

    Attributes:
        status: the status of its open tasks.
        is_archive: whether its tasks are over, done or not.
        is_someday: whether its tasks are for someday.
        is_minutes: whether it is a part of the minutes of a meeting.
    """

    status: TaskStatus | None = None
    is_archive: bool = False
    is_someday: bool = False
    is_minutes: bool = False


_PLAIN = SectionName()


def parse_section_name(text: str, *, is_below_title: bool = True) -> SectionName | None:
    """Return what a heading states if it names a state, a day or a part of a note; None for another name.

    A state with an object, such as “Waiting for Anna”, counts only in a heading below the title of its file.
    """
    text = _COUNT.sub("", text.strip())
    if not text or parse_date(text):
        return _PLAIN
    if len(text) > _MAX_LENGTH:
        return None
    plain = " ".join(_NOT_A_WORD.sub(" ", text.casefold().replace("\u2019", " ").replace("'", " ")).split())
    return _parse_name(plain, text) or (_parse_phrase(plain) if is_below_title else None)


def is_list_name(stem: str) -> bool:
    """Return whether the name of a file, without its suffix, names no project."""
    name = stem.replace("_", "-")
    is_periodic = _NOTE_OF_PERIOD.fullmatch(name) is not None
    return is_periodic or parse_section_name(name, is_below_title=False) is not None


def _parse_name(plain: str, text: str) -> SectionName | None:
    if is_someday(plain):
        return SectionName(is_someday=True)
    if plain in _ARCHIVES:
        return SectionName(is_archive=True)
    if plain in _MINUTES_NAMES:
        return SectionName(is_minutes=True)
    if status := parse_status(plain) or parse_status(text) or _STATUS_OF.get(plain):
        return SectionName(status=status)
    return _PLAIN if plain in _LIST_NAMES or _is_day(text) else None


def _parse_phrase(plain: str) -> SectionName | None:
    if _WAITING_FOR.fullmatch(plain):
        return SectionName(status=TaskStatus.BLOCKED)
    return _PLAIN if _TASKS_FOR.fullmatch(plain) else None


def _is_day(text: str) -> bool:
    plain = " ".join(_AT_EITHER_END.sub("", text.casefold()).split()).replace("-feira", " feira")
    return _DAY.fullmatch(plain) is not None
