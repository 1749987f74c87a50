import { canonicalJson } from '../canonical-json.ts';
import { parseSchemaId } from '../schema/kinds.ts';
import { emptyMap, isYamlMap, type YamlMap, type YamlValue } from '../yaml.ts';

/**
 * The least value that has everything of both: maps are united key by key, otherwise the one with the greater
 * canonical JSON. A semilattice on all values, so a field that one side does not know survives.
 */
function joinValues(a: YamlValue, b: YamlValue): YamlValue {
  if (isYamlMap(a) && isYamlMap(b)) return joinMaps(a, b);
  return canonicalJson(a) >= canonicalJson(b) ? a : b;
}

/** As joinValues, for two maps; of two `schema` fields the higher version stays. */
export function joinMaps(a: YamlMap, b: YamlMap): YamlMap {
  const joined = Object.assign(emptyMap(), a);
  for (const [key, value] of Object.entries(b)) {
    const own = a[key];
    if (own === undefined) joined[key] = value;
    else joined[key] = key === 'schema' ? joinSchemas(own, value) : joinValues(own, value);
  }
  return joined;
}

function joinSchemas(a: YamlValue, b: YamlValue): YamlValue {
  const difference = (parseSchemaId(a)?.version ?? 0) - (parseSchemaId(b)?.version ?? 0);
  if (difference !== 0) return difference > 0 ? a : b;
  return joinValues(a, b);
}
