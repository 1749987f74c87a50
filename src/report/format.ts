import type { Report } from '../domain/report/report.ts';
import { forJson } from './escape.ts';
import { formatHtml } from './html.ts';
import { formatMarkdown } from './markdown.ts';

export const FORMATS = ['markdown', 'html', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** A report as the text of a file, with a line end. @param schema - what JSON says it is */
export function formatReport(report: Report, format: Format, schema: string): string {
  if (format === 'html') return formatHtml(report);
  if (format === 'markdown') return formatMarkdown(report);
  return `${forJson({ schema, ...report })}\n`;
}
