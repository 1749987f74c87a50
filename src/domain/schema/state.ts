import * as z from 'zod/mini';
import { describe, type Known, lazily } from './parts.ts';

const context = lazily(() =>
  z.looseObject({
    current_focus: z.optional(describe(z.unknown(), 'What the project is about right now.')),
    recent_changes: z.optional(describe(z.unknown(), 'A list, oldest first.')),
  }),
);

/** Free-form beyond critical_context, and lenient within it: people and jq write here. */
export const stateSchema = lazily(() =>
  z.looseObject({
    critical_context: z.optional(
      describe(z.union([context(), z.null()]), 'What every agent reads before it begins.'),
    ),
  }),
);

export const roadmapSchema = lazily(() =>
  z.looseObject({
    items: z.optional(
      describe(
        z.array(z.unknown()),
        'What is planned, in order; text, or maps with id, title, status, owner.',
      ),
    ),
  }),
);

/** state/project.yaml, and any other file of state/ but the roadmap. */
export type ProjectState = Known<z.infer<ReturnType<typeof stateSchema>>>;
/** state/roadmap.yaml */
export type Roadmap = Known<z.infer<ReturnType<typeof roadmapSchema>>>;
