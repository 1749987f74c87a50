import type { Report } from '../domain/report/report.ts';
import { formatMoment } from '../domain/time.ts';
import { oneLine } from './escape.ts';
import { type Html, html, NOTHING } from './html-template.ts';
import { type Bar, type Lane, type Mark, planTimeline, type Timeline } from './timeline.ts';
import { count, describeHolding } from './words.ts';

/** Characters of a name beside the lanes, and of a text that shows on pointing. */
const NAME = 90;
const TEXT = 160;

/** Sessions with their commits, messages and recaps, and the locks below them; lane by lane an SVG beside its name. */
export function drawTimeline(report: Report, colourOf: (agent: string | null) => number): Html {
  const timeline = planTimeline(report);
  if (timeline === null) return NOTHING;
  const { lanes, left } = timeline;
  return html`<section id="timeline">
<h2>Timeline</h2>
<p class="note">${describeSpan(timeline)}</p>
<div class="lanes">
<div class="lane axis"><span class="name"></span><span class="track">${drawAxis(timeline)}</span></div>
${lanes.map((lane) => drawLane(lane, timeline, colourOf(agentOf(lane))))}
</div>
<ul class="legend">
${(['commit', 'message', 'handoff', 'recap'] as const).map(
  (kind) =>
    html`<li><svg width="18" height="18" aria-hidden="true">${kind === 'commit' ? html`<line class="session c0" x1="1" x2="17" y1="9" y2="9"/>` : NOTHING}${drawMark({ kind, at: 50, y: 9, title: '' })}</svg> ${kind}</li>`,
)}
<li><svg width="18" height="18" aria-hidden="true"><line class="lock c0" x1="2" x2="16" y1="9" y2="9"/></svg> lock</li>
</ul>
${left === 0 ? NOTHING : html`<p class="note">${left} more sessions and locked resources are only in the lists below.</p>`}
</section>`;
}

function agentOf(lane: Lane): string | null {
  return lane.kind === 'session' ? lane.session.agent : lane.agent;
}

/** `2026-11-23, 08:00 to 14:00 UTC`, or two moments of different days. */
function describeSpan({ start, end }: Timeline): string {
  const [from, to] = [start, end].map((time) => formatMoment(new Date(time).toISOString()));
  const [day = '', clock = ''] = (from ?? '').split(' ');
  const isOneDay = to?.startsWith(day);
  return isOneDay ? `${day}, ${clock} to ${to?.slice(day.length + 1)}` : `${from} to ${to}`;
}

function drawAxis({ ticks }: Timeline): Html {
  return html`<svg aria-hidden="true">${ticks.map(({ at, label }) => {
    const anchor = at < 5 ? 'start' : at > 95 ? 'end' : 'middle';
    return html`<text x="${at}%" y="13" text-anchor="${anchor}">${label}</text>`;
  })}</svg>`;
}

function drawLane(lane: Lane, timeline: Timeline, colour: number): Html {
  const grid = timeline.ticks.map(
    ({ at }) => html`<line class="grid" x1="${at}%" x2="${at}%" y1="0" y2="100%"/>`,
  );
  if (lane.kind === 'lock') {
    const name = oneLine(lane.resource, NAME);
    const bars = lane.holdings.map(({ lock, bar }) => {
      const title = `Lock ${name} #${lock.token}, held for ${describeHolding(lock)}`;
      return { title, drawn: drawBar(bar, { kind: 'lock', colour, y: 9, title }) };
    });
    const said = bars.map(({ title }) => title).join('; ');
    const tokens = lane.holdings.map(({ lock }) => `#${lock.token}`).join(' ');
    return html`<div class="lane of-lock"><span class="name">${name} <small>${oneLine(tokens, NAME)}</small></span><span class="track"><svg role="img" aria-label="${said}">${grid}${bars.map(({ drawn }) => drawn)}</svg></span></div>`;
  }
  const { agent, task, id } = lane.session;
  const name = oneLine(agent ?? 'unknown', 64);
  const what = oneLine(task ?? id, NAME);
  const marks = lane.marks.map((mark) =>
    drawMark({ ...mark, y: mark.kind === 'commit' ? 13 : 33, title: describeMark(mark) }),
  );
  const said = `${name}: ${what}; ${count(lane.marks.length, 'mark')}`;
  return html`<div class="lane of-session"><span class="name"><b class="c${colour}">${name}</b> <span class="task">${what}</span></span><span class="track"><svg role="img" aria-label="${said}">${grid}${drawBar(lane.bar, { kind: 'session', colour, y: 13, title: said })}${marks}</svg></span></div>`;
}

/** A line with round ends: something that took no time at all is still a dot. */
function drawBar(
  { from, to }: Bar,
  look: {
    readonly kind: 'session' | 'lock';
    readonly colour: number;
    readonly y: number;
    readonly title: string;
  },
): Html {
  const { kind, colour, y, title } = look;
  return html`<line class="${kind} c${colour}" x1="${from}%" x2="${to}%" y1="${y}" y2="${y}"><title>${title}</title></line>`;
}

function drawMark(mark: {
  readonly kind: Mark['kind'];
  readonly at: number;
  readonly y: number;
  readonly title: string;
}): Html {
  const { kind, at, y, title } = mark;
  const shape = {
    commit: html`<line class="commit" x1="0" x2="0" y1="-5" y2="5"/>`,
    message: html`<circle class="message" r="4"/>`,
    handoff: html`<path class="handoff" d="M-4.5-5 6 0-4.5 5z"/>`,
    recap: html`<rect class="recap" x="-4" y="-4" width="8" height="8"/>`,
  }[kind];
  const text = title === '' ? NOTHING : html`<title>${title}</title>`;
  return html`<svg x="${at}%" y="${y}" overflow="visible">${text}${shape}</svg>`;
}

function describeMark({ kind, text, time }: Mark): string {
  return `${kind} ${oneLine(text, TEXT)}, ${formatMoment(time)}`;
}
