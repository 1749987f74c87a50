/** A line of Markdown without the marks of emphasis and code; what is marked as code keeps its stars. */
export function plainText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part.slice(1, -1) : part.replace(/\*\*|__|`/g, '')))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}
