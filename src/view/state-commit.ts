import { planDocument, readForWriting } from '../app/documents.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { derivedText } from '../domain/derived-id.ts';
import { appendAt, getAt, removeAt, setAt } from '../domain/document/edit.ts';
import type { Author, DocumentState } from '../domain/document/registers.ts';
import { PROJECT_STATE_PATH } from '../domain/layout.ts';
import type { RecordId } from '../domain/names.ts';
import { operationId, parseOperationId } from '../domain/operation.ts';
import type { YamlMap } from '../domain/yaml.ts';
import type { OperationContext } from '../store/branch.ts';
import { findWriter, type ViewWorkspace } from './round.ts';
import type { Origin } from './state-copy.ts';
import { findEdits, type StateEdit } from './state-edit.ts';

/** A copy of the project state that somebody has edited. */
export interface Copy {
  readonly value: YamlMap;
  /** The state that it was made of; undefined: not known. */
  readonly base: YamlMap | undefined;
  /** Copies of the same base that were taken up before. */
  readonly earlier: readonly YamlMap[];
  readonly origin: Origin | null;
}

/**
 * Bring what is new in a copy to the branch, as one operation of whoever is active in this worktree. Once more, after
 * a crash, it changes nothing: every edit has an id that follows from what it does.
 * @returns whether there was anything new
 * @throws AgentOsError RECORD_BROKEN, NO_IDENTITY, and what Branch.commit throws
 */
export async function commitCopy(workspace: ViewWorkspace, copy: Copy): Promise<boolean> {
  const { value, base, earlier, origin } = copy;
  const writer = await findWriter(workspace);
  const scope = `${workspace.clone} ${workspace.paths.gitDir} ${origin?.base ?? ''}`;
  const committed = await workspace.branch.commit({
    ...writer,
    async plan(context) {
      const before = await readForWriting(workspace, context.snapshot, PROJECT_STATE_PATH);
      const current = getAt(before, []);
      const edits = findEdits({ base, edited: value, current, earlier });
      const after = edits.reduce((state, edit) => {
        const author = {
          op: editOperation(context, workspace.hash(`${scope} ${describeEdit(edit)}`)),
          by: writer.agent,
        };
        return isWritten(state, author) ? state : applyEdit(state, edit, author);
      }, before);
      const subject = `state: ${[...new Set(edits.map(({ path }) => path.join('.')))].join(', ')} (by hand)`;
      return {
        subject,
        changes: after === before ? [] : planDocument(PROJECT_STATE_PATH, after),
        result: null,
      };
    },
  });
  return committed.changed;
}

function describeEdit({ kind, path, ...rest }: StateEdit): string {
  return canonicalJson({ kind, path: [...path], ...rest });
}

/** The id of one edit: found again in another copy, or after a crash, it is the same but for its clock. */
function editOperation({ id }: OperationContext, digest: string): Author['op'] {
  const { clock, clone } = parseOperationId(id);
  return operationId({
    clock,
    clone,
    unique: derivedText(digest, 26) as RecordId,
  });
}

/** Whether this edit is in the document already, as it is when a crash came before that was remembered. */
function isWritten(state: DocumentState, { op }: Author): boolean {
  const { unique } = parseOperationId(op);
  return [...state.registers.values()].some((writes) => writes.some((write) => write.op.endsWith(unique)));
}

function applyEdit(state: DocumentState, edit: StateEdit, author: Author): DocumentState {
  if (edit.kind === 'append') return appendAt(state, edit.path, [edit.value], author);
  return edit.kind === 'set'
    ? setAt(state, edit.path, edit.value, author)
    : removeAt(state, edit.path, author);
}
