import type { Report } from '../domain/report/report.ts';
export function formatHtml(_report: Report): string {
  return '';
}
