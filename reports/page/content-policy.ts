import { createHash } from 'node:crypto';

/**
 * Returns the Content-Security-Policy of a page: it may run the given scripts, apply the given style sheets, and nothing
 * else. Nothing is loaded, submitted or embedded, and attributes are neither scripts nor styles. CSP Level 3,
 * https://www.w3.org/TR/CSP3/.
 */
export function contentPolicy(scripts: readonly string[], styles: readonly string[]): string {
  const directives = [
    ["default-src 'none'"],
    ['script-src', ...scripts.map(hashSource)],
    ['style-src', ...styles.map(hashSource)],
    // The empty icon.
    ['img-src data:'],
    ["base-uri 'none'"],
    ["form-action 'none'"],
  ];
  return directives.map((parts) => parts.join(' ')).join('; ');
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
