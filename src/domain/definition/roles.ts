import { type Entry, readSections, type Section } from './sections.ts';

/** What a section of a definition is about. */
export type Role = 'commands' | 'triggers' | 'coordination' | 'gates' | 'resources' | 'owns';

/** A section with its role, if its heading or one above it tells one. */
export interface RoleSection extends Section {
  readonly role: Role | null;
}

/** The first that fits counts. Headings are compared in lower case, without pictures and punctuation. */
const ROLES: readonly (readonly [Role, RegExp])[] = [
  [
    'gates',
    /\bquality (?:gates?|checks?|bars?|standards?|requirements?|criteria|metrics|assurance)\b|\bgates?\b|\bdefinition of done\b|\b(?:acceptance|done|completion|release|exit|success) criteria\b|\bbefore (?:you |i |it )?(?:complet|finish|hand|merg|mark|call|deliver|report|declar|done)/,
  ],
  [
    'coordination',
    /\b(?:check|consult|confer|sync|confirm|align|talk|ask|verify|discuss)\w*(?: \w+){0,2} (?:with|by)\b|\bconsult|\bbefore (?:making |any |you |each |every |all )*(?:\w+ )?(?:chang|edit|modif|touch|alter|start|implement|work)|\bcoordinat|\bcollaborat|\bspecialists? (?:to|you)\b|\bworks? (?:closely )?with\b|\bwho to ask\b|\b(?:other|related) (?:agents|specialists)$/,
  ],
  [
    'triggers',
    /\btrigger|\bwhen to (?:activate|use|invoke|call|engage|run|wake|involve|delegate)|\bactivat|\bauto(?:matic(?:ally)?)? ?(?:invo|run|start|engag|wak)|\binvoke (?:this|me|when)|\b(?:use|call|notify) (?:this agent|me|it) (?:when|for|if|on)\b|\bwakes? up\b|\bproactive/,
  ],
  ['commands', /\bcommands?\b|\bverbs\b/],
  [
    'resources',
    /^(?:shared |your )?(?:resources|locks|locking)$|\b(?:owned|own|your|shared|lock(?:ed|able)?|exclusive|protected) resources?\b|\bresources? (?:you |to |this agent |it |i )*(?:own|lock|hold|guard|protect)|\blocks? (?:you |to |i )*(?:take|hold|acquire|own|need)|\bresource locks?\b/,
  ],
  [
    'owns',
    /\bowns?\b|\bowned\b|\bownership\b|\bfiles? (?:you|this agent|it|i|that)\b|\b(?:code|file|path) (?:territory|areas?|scope|patterns?|globs)\b|\byour (?:files|paths|folders|directories|code)\b|\bterritory\b/,
  ],
];

/** Commands that are typed into a shell, not said to an agent. */
const OF_A_SHELL =
  /\b(?:shell|bash|git|cli|build|test|testing|dev|development|useful|common|helpful|terminal|npm|pnpm|make|docker|kubectl|debug|debugging|setup|install|deploy|deployment|essential|wrangler|coordination)\b[^,]*\bcommands?\b/;

/** The sections of a definition, each with its role; a heading without one hands down that of the heading above. */
export function readRoles(markdown: string): readonly RoleSection[] {
  return readSections(markdown).map((section) => {
    const own = roleOf(section.heading);
    const above = section.path.map(roleOf).findLast((role) => role !== null) ?? null;
    const isTitle = own === null && above !== null;
    return {
      ...section,
      role: own ?? above,
      entries: isTitle ? [title(section.heading), ...section.entries] : section.entries,
    };
  });
}

function roleOf(heading: string): Role | null {
  const text = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const role = ROLES.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  return role === 'commands' && OF_A_SHELL.test(text) && !/\brespond|\bagent commands?\b/.test(text)
    ? null
    : role;
}

function title(text: string): Entry {
  return { kind: 'title', text, indent: 0, cells: [], columns: [] };
}
