/** The lines between which AGENTS.md belongs to agent-os; nothing outside of them is ever changed. */
const BEGIN = '<!-- agent-os:begin -->';
const END = '<!-- agent-os:end -->';
const MAX_DESCRIPTION = 160;

/** An agent as AGENTS.md lists it. */
export interface ListedAgent {
  readonly name: string;
  readonly description: string | null;
}

/** The section of AGENTS.md: how agents work together here, and who they are. */
export function formatAgentsSection(agents: readonly ListedAgent[]): string {
  const listed = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    BEGIN,
    '## Working together (agent-os)',
    '',
    'Several agents and people work on this repository at once. They coordinate through the `agent-os` branch.',
    '',
    '- Before any task: `agent-os context NAME`, then `agent-os start --agent NAME "what you are about to do"`.',
    '- Before you edit what others may edit too: `agent-os lock RESOURCE`. Exit code 3 says who holds it: wait, or do something else.',
    '- Tell others: `agent-os send NAME "text"`. Read what they say: `agent-os inbox`, `agent-os read ID`.',
    "- A command for another agent: `agent-os dispatch '@agent:NAME verb args'`. Yours: `agent-os task list`.",
    '- When you finish: `agent-os recap add FILE`, then `agent-os done "summary"`, which releases your locks.',
    '',
    'Agents of this repository:',
    '',
    ...listed.map(({ name, description }) => `- \`${name}\`${describe(description)}`),
    END,
    '',
  ].join('\n');
}

/**
 * AGENTS.md with this section in the place of the one that it has, else at its end, in the line ends of the file.
 * @param text - null when there is no such file yet
 * @returns null when the marks in the file do not pair up, and a person has to look at it
 */
export function placeAgentsSection(text: string | null, section: string): string | null {
  if (text === null || text.trim() === '') return section;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const block = section.trimEnd().replaceAll('\n', lineEnd);
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 && end === -1)
    return `${text}${text.endsWith('\n') ? '' : lineEnd}${lineEnd}${block}${lineEnd}`;
  const isPair =
    begin !== -1 && end > begin && text.lastIndexOf(BEGIN) === begin && text.lastIndexOf(END) === end;
  return isPair ? `${text.slice(0, begin)}${block}${text.slice(end + END.length)}` : null;
}

/** One line that can be neither a mark nor markup. */
function describe(description: string | null): string {
  const line = (description ?? '')
    .replace(/\\n/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  if (line === '') return '';
  const characters = [...line];
  const cut =
    characters.length > MAX_DESCRIPTION ? `${characters.slice(0, MAX_DESCRIPTION - 1).join('')}…` : line;
  return `: ${cut.replace(/[<>`[\]]/g, '\\$&')}`;
}
