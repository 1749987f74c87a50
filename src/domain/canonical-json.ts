import { isYamlMap, type YamlValue } from './yaml.ts';

/**
 * A value as JSON with sorted keys: equal values give equal text, and comparing the text orders all values. Maps are
 * greater than everything else, because `{` is.
 */
export function canonicalJson(value: YamlValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isYamlMap(value)) return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`;
}
