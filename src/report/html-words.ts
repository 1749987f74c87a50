import type { ReportMessage } from '../domain/report/conversation.ts';
import type { Report, ReportRecap, ReportSession } from '../domain/report/report.ts';
import { formatMoment } from '../domain/time.ts';
import { block, line, section, table, words } from './html-parts.ts';
import { type Html, html, NOTHING } from './html-template.ts';
import { count, describeEvidence, describeStatus, describeTime } from './words.ts';

export function sessionSection({ sessions }: Report): Html {
  return section('sessions', 'Sessions', sessions.map(describeSession));
}

function describeSession(session: ReportSession): Html {
  const { agent, task, id, summary, branch, worktree, commits, evidence } = session;
  const facts = [
    describeTime(session),
    ...(branch === null ? [] : [`on ${line(branch)}`]),
    ...(worktree === null || worktree === 'main' ? [] : [`in the worktree ${line(worktree)}`]),
    [count(commits.length, 'commit'), describeEvidence(evidence)].filter(Boolean).join(', '),
  ];
  return html`<article>
<header><b>${line(agent ?? 'unknown')}</b> <span>${line(task ?? id)}</span> <span class="tag${session.stale ? ' due' : ''}">${describeStatus(session)}</span></header>
<p class="note">${facts.join(' · ')}</p>
${summary === null ? NOTHING : block(summary)}
</article>
`;
}

export function recapSection({ recaps }: Report): Html {
  return section('recaps', 'Recaps and decisions', recaps.map(describeRecap));
}

function describeRecap({ agent, title, at, body, decisions, commits }: ReportRecap): Html {
  const about = commits.length === 0 ? '' : ` · on ${count(commits.length, 'commit')} of these`;
  return html`<article>
<header><b>${line(agent)}</b> <span>${line(title)}</span> <time datetime="${at}">${formatMoment(at)}${about}</time></header>
${decisions.map((text) => html`<h3>Decided</h3>${block(text)}`)}
<details${decisions.length === 0 ? { html: ' open' } : NOTHING}><summary>The whole recap</summary>${block(body)}</details>
</article>
`;
}

export function messageSection({ messages }: Report): Html {
  return section('messages', 'Messages', messages.map(describeMessage));
}

function describeMessage(message: ReportMessage): Html {
  const { kind, from, to, subject, body, sentAt, replyTo, attachments, ackRequired, waitingFor } = message;
  const tags = [
    ...(kind === 'message' ? [] : [kind]),
    ...(replyTo === null ? [] : ['reply']),
    ...(ackRequired && waitingFor.length === 0 ? ['acknowledged'] : []),
  ];
  const isSaid = body.trim() === subject.trim();
  // Without one of its own, a message has its first line as its subject.
  const isFirstLine = !isSaid && body.trimStart().startsWith(subject.trim());
  return html`<article>
<header><b>${line(from)}</b> <span>to ${line(to.join(', '))}</span> <time datetime="${sentAt}">${formatMoment(sentAt)}</time>${tags.map((tag) => html` <span class="tag">${tag}</span>`)}${waitingFor.length === 0 ? NOTHING : html` <span class="tag due">waits for ${line(waitingFor.join(', '))}</span>`}</header>
${isFirstLine ? NOTHING : html`<p>${line(subject)}</p>`}
${isSaid ? NOTHING : block(body)}
${attachments.length === 0 ? NOTHING : html`<p class="note">${count(attachments.length, 'file')}: ${line(attachments.map(({ name }) => name).join(', '))}</p>`}
</article>
`;
}

export function commitSection({ commits }: Report): Html {
  const rows = commits.map(({ oid, subject, author, makers, locks, authoredAt }) => {
    const agents = [...new Set(makers.flatMap(({ agent }) => agent ?? []))];
    return [
      line(subject),
      html`<code class="word">${oid.slice(0, 10)}</code>`,
      agents.length === 0 ? html`${line(author)} <small>no agent</small>` : words(agents.join(', ')),
      words(formatMoment(authoredAt)),
      words(locks.map(({ resource, token }) => `${resource}@${token}`).join(', ')),
    ];
  });
  const head = ['Subject', 'Commit', 'Made by', 'Authored', 'Under'];
  return section('commits', 'Commits', rows.length === 0 ? [] : [table(head, rows)], rows.length);
}

export function problemSection({ problems }: Report): Html {
  const items = problems.map(
    ({ path, message }) => html`<li><code>${line(path)}</code> ${line(message)}</li>`,
  );
  return section(
    'problems',
    'Records that could not be read',
    items.length === 0 ? [] : [html`<ul>${items}</ul>`],
  );
}
