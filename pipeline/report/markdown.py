"""The report as GitHub Markdown: for a wiki, an issue, a mail."""

import re
from collections.abc import Sequence

from pipeline.report.page import WOULD_TELL, Section, Table, plain

_SERIES_ROWS = 12


def markdown_report(heading: str, sections: Sequence[Section]) -> str:
    """All of every section, series cut to their last weeks."""
    blocks = [f"# {_escaped(heading)}"]
    for section in sections:
        blocks.append(f"## {_escaped(section.title)}")
        blocks += map(_escaped, section.sentences)
        blocks += [
            "  \n   ".join(
                [
                    f"{place}. **{_escaped(finding.title)}**: {_escaped(finding.reason)}",
                    *[_escaped(finding.evidence)] * bool(finding.evidence),
                    *[f"The newest runs behind it: {_escaped(', '.join(finding.runs))}"] * bool(finding.runs),
                    *[f"Try: {_escaped(finding.advice)}"] * bool(finding.advice),
                ]
            )
            for place, finding in enumerate(section.findings, 1)
        ]
        for table in (*section.overview, *([section.table] if section.table else [])):
            if table.caption:
                blocks.append(f"{_escaped(table.caption)}:")
            blocks.append(_table(table.latest(_SERIES_ROWS)))
        blocks += [f"*{_escaped(note)}*" for note in section.notes]
        lists = [(fold.title, fold.lines) for fold in section.folds]
        if section.details:
            lists.append((WOULD_TELL, list(section.details)))
        for title, lines in lists:
            blocks.append("\n".join([f"{_escaped(title)}:", "", *(f"- {_escaped(line)}" for line in lines)]))
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    rule = [":--" if place in table.words else "--:" for place, _ in enumerate(table.header)]
    rows = [table.header, rule, *([_escaped(cell) for cell in row] for row in table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _escaped(text: str) -> str:
    """Text from a file stays text: it cannot open a table cell, a tag, a link, an entity or emphasis."""
    return re.sub(r"([\\`*_~\[\]<>|#&])", r"\\\1", plain(text))
