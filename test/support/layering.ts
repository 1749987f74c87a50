import { posix } from 'node:path';
import ts from 'typescript';

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Which folders (or single files) of src a folder may import from, itself included. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain'],
  git: ['git', 'domain'],
  system: ['system', 'domain'],
  store: ['store', 'domain'],
  app: ['app', 'store', 'domain'],
  view: ['view', 'app', 'store', 'domain'],
  home: ['home', 'view', 'app', 'store', 'domain'],
  hooks: ['hooks', 'view', 'app', 'domain', 'compose.ts'],
  report: ['report', 'domain'],
  ci: ['ci', 'app', 'domain'],
  cli: ['cli', 'ci', 'home', 'hooks', 'view', 'report', 'app', 'domain', 'compose.ts', 'compose-server.ts'],
  'compose-home.ts': ['git', 'system', 'home', 'view', 'app', 'domain', 'compose-home.ts'],
  'compose-server.ts': ['git', 'system', 'app', 'domain', 'compose.ts', 'compose-server.ts'],
  'compose-views.ts': ['git', 'system', 'home', 'view', 'app', 'domain', 'compose-views.ts'],
  'compose.ts': [
    'git',
    'system',
    'store',
    'app',
    'view',
    'home',
    'domain',
    'compose-home.ts',
    'compose-views.ts',
    'compose.ts',
  ],
  'index.ts': ['app', 'store', 'domain', 'compose.ts'],
};

/** Types from further down do not tie the command line to their code. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = { cli: ['store'] };

/** Packages (without a `/sub/path`, where it has one) and Node's modules that belong to some folders only. */
const ONLY_IN: readonly { readonly module: RegExp; readonly folders: readonly string[] }[] = [
  { module: /^simple-git$|^isomorphic-git$/, folders: ['git'] },
  { module: /^(node:)?child_process$/, folders: ['git', 'system'] },
  { module: /^commander$/, folders: ['cli'] },
];
const DOMAIN_PACKAGES = /^(yaml|zod\/mini|picomatch|ulid)$/;
const IMPURE =
  /^(Date\.now|new Date\(\)|Math\.random|process|performance|crypto|fetch|setTimeout|setInterval)$/;

/**
 * What breaks the rules of docs/architecture.md in a set of sources.
 * @param sources - text by path, `src/…`, `/`-separated
 * @returns one sentence for each violation; none when the layers hold
 */
export function findViolations(sources: ReadonlyMap<string, string>): string[] {
  const parsed = [...sources].map(([path, text]) =>
    ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS),
  );
  const imports = parsed.flatMap(importsOf);
  return [
    ...imports.flatMap((entry) => judge(entry, sources)),
    ...cyclesOf(imports).map((cycle) => `cycle: ${cycle.join(' → ')}`),
    ...parsed.flatMap(impuritiesOf),
  ];
}

function judge({ from, specifier, typeOnly }: Import, sources: ReadonlyMap<string, string>): string[] {
  const layer = layerOf(from);
  if (MAY_IMPORT[layer] === undefined) return [`${from} is in no known layer`];
  if (specifier.startsWith('.')) {
    const target = resolveImport(from, specifier);
    if (!sources.has(target)) return [`${from} imports ${specifier}, which is no source file`];
    const allowed = [...MAY_IMPORT[layer], ...(typeOnly ? (MAY_IMPORT_TYPES[layer] ?? []) : [])];
    return allowed.includes(layerOf(target)) ? [] : [`${from} imports ${target}: ${layer} may not`];
  }
  if (layer === 'domain' && !DOMAIN_PACKAGES.test(specifier))
    return [`${from} imports ${specifier}: domain is pure`];
  return ONLY_IN.filter(({ module, folders }) => module.test(specifier) && !folders.includes(layer)).map(
    ({ folders }) => `${from} imports ${specifier}: that belongs to ${folders.join(', ')}`,
  );
}

/** Every import, export-from, `import()` and `import('…')` type of a file. */
function importsOf(file: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    const text =
      specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : '(not a literal)';
    found.push({ from: file.fileName, specifier: text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Clock, randomness, environment and network in the domain, which gets them as values. */
function impuritiesOf(file: ts.SourceFile): string[] {
  if (layerOf(file.fileName) !== 'domain') return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isName =
      ts.isIdentifier(node) && ts.isExpression(node) && !ts.isPropertyAccessExpression(node.parent);
    const isReceiver =
      ts.isPropertyAccessExpression(node.parent ?? node) && node.parent.getChildAt(0) === node;
    const isExpression = ts.isPropertyAccessExpression(node) || ts.isNewExpression(node);
    const isDeclaredName = isName && 'name' in node.parent && node.parent.name === node;
    if ((isExpression || ((isName || isReceiver) && !isDeclaredName)) && IMPURE.test(node.getText())) {
      found.push(`${file.fileName} uses ${node.getText()}: domain is pure`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Each cycle once, by the path that closes it. */
function cyclesOf(imports: readonly Import[]): string[][] {
  const edges = new Map<string, string[]>();
  for (const { from, specifier } of imports) {
    if (specifier.startsWith('.'))
      edges.set(from, [...(edges.get(from) ?? []), resolveImport(from, specifier)]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file);
    if (seenAt !== -1) cycles.push([...path.slice(seenAt), file]);
    else if (!done.has(file)) {
      for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    }
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}

function layerOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}
