import { forHtml } from './escape.ts';

/** HTML that this program wrote; text of others gets into it through the template below only, which escapes it. */
export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[];

/** HTML from a template: strings and numbers in it are escaped, for text and for quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const text = parts.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + written(value);
  });
  return { html: text.join('') };
}

/** Nothing. */
export const NOTHING: Html = { html: '' };

function written(value: Value): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return forHtml(value);
  return 'html' in value ? value.html : value.map((one) => one.html).join('');
}
