/** Throws the error that says what is wrong with a glob. */
export type Refuse = (problem: string) => never;

const MAX_ALTERNATIVES = 100;

/** `a{b,c{d,e}}` → `ab`, `acd`, `ace`; braces within `[…]` and behind `\` are characters. */
export function expandBraces(glob: string, refuse: Refuse): readonly string[] {
  const expanded: string[] = [];
  const pending = [glob];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const group = firstGroup(next, refuse);
    if (group === null) expanded.push(next);
    else pending.unshift(...group.options.map((option) => group.before + option + group.after));
    if (expanded.length + pending.length > MAX_ALTERNATIVES) {
      refuse(`stands for more than ${MAX_ALTERNATIVES} alternatives`);
    }
  }
  return [...new Set(expanded)];
}

function firstGroup(glob: string, refuse: Refuse) {
  let start = -1;
  let depth = 0;
  const cuts: number[] = [];
  for (let at = 0; at < glob.length; at += 1) {
    const character = glob[at];
    if (character === '\\') at += 1;
    else if (character === '[') at = classEnd(glob, at) ?? at;
    else if (character === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === ',' && depth === 1) cuts.push(at);
    else if (character === '}') {
      depth -= 1;
      if (depth < 0) refuse('has a } without a {');
      if (depth > 0) continue;
      if (cuts.length === 0) refuse('has braces without a comma between them');
      const bounds = [start, ...cuts, at];
      const options = bounds.slice(1).map((end, index) => glob.slice((bounds[index] ?? start) + 1, end));
      return { before: glob.slice(0, start), options, after: glob.slice(at + 1) };
    }
  }
  if (depth > 0) refuse('has a { without a }');
  return null;
}

/** The index of the `]` that ends the class that begins at `start`; null when it does not end in its segment. */
export function classEnd(glob: string, start: number): number | null {
  for (let at = start + 1; at < glob.length && glob[at] !== '/'; at += 1) {
    if (glob[at] === '\\') at += 1;
    else if (glob[at] === ']' && at > start + 1) return at;
  }
  return null;
}
