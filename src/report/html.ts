import type { Report } from '../domain/report/report.ts';
import { formatMoment } from '../domain/time.ts';
import { oneLine } from './escape.ts';
import { elsewhereSection, gateSection, lockSection } from './html-facts.ts';
import { STYLE } from './html-style.ts';
import { type Html, html, NOTHING } from './html-template.ts';
import { commitSection, messageSection, problemSection, recapSection, sessionSection } from './html-words.ts';
import { drawTimeline } from './timeline-svg.ts';
import { describeOpen, headline } from './words.ts';

const LINE = 300;
/** Beyond these, agents share the neutral colour; the names say who is who. */
const COLOURS = 6;

/**
 * The report as a page of its own: one file that loads nothing, runs nothing and is told to (by its policy) should
 * anything in it try. Light and dark as the reader's system is, one column on a phone.
 */
export function formatHtml(report: Report): string {
  const names = report.agents.map(({ name }) => name as string);
  const colourOf = (agent: string | null): number => {
    const index = agent === null ? -1 : names.indexOf(agent);
    return index < COLOURS ? index + 1 : 0;
  };
  const title = `Agents’ work in ${oneLine(report.range.text, 120)}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<p class="eyebrow">Agents’ work in</p>
<h1>${oneLine(report.range.text, 120)}</h1>
<p>${headline(report)}</p>
<p class="note">As of ${formatMoment(report.generatedAt)}${report.truncated ? '; older commits of the range are not in it' : ''}.</p>
${navigation(report)}
${openSection(report)}
${drawTimeline(report, colourOf)}
${sessionSection(report)}
${recapSection(report)}
${gateSection(report)}
${elsewhereSection(report)}
${messageSection(report)}
${lockSection(report)}
${commitSection(report)}
${problemSection(report)}
<footer>Written by <code>agent-os report</code> from commits, the agent-os branch and lock histories. Names in it are claims, not proofs.</footer>
</main>
</body>
</html>
`;
  return page.html;
}

/** Links to the sections that there are. */
function navigation(report: Report): Html {
  const { open, sessions, recaps, gates, others, messages, locks, commits } = report;
  const links = [
    { id: 'open', name: 'Open', size: open.length },
    { id: 'timeline', name: 'Timeline', size: sessions.length },
    { id: 'sessions', name: 'Sessions', size: sessions.length },
    { id: 'recaps', name: 'Recaps', size: recaps.length },
    { id: 'gates', name: 'Quality gates', size: gates.length },
    { id: 'others', name: 'Others', size: others.branches.length + others.locks.length },
    { id: 'messages', name: 'Messages', size: messages.length },
    { id: 'locks', name: 'Locks', size: locks.length },
    { id: 'commits', name: 'Commits', size: commits.length },
  ].filter(({ size }) => size > 0);
  if (links.length === 0) return NOTHING;
  return html`<nav aria-label="Sections">${links.map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}</nav>`;
}

function openSection({ open }: Report): Html {
  if (open.length === 0) return NOTHING;
  const items = open.map((item) => {
    const isUrgent = item.kind === 'conflict' || (item.kind === 'gate' && item.outcome === 'failed');
    return html`<li class="${isUrgent ? 'urgent' : 'due'}">${oneLine(describeOpen(item), LINE)}</li>`;
  });
  return html`<section id="open">
<h2>Open (${open.length})</h2>
<ul class="open">
${items}
</ul>
</section>`;
}
