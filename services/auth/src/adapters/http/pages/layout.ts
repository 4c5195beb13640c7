import { createHash } from 'node:crypto';
import { escapeHtml } from './html.ts';

const style = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f4f5f1;--ink:#1d2320;--soft:#59635d;--line:#cfd6d1;--ipe:#f2b705;--leaf:#14613a;--alarm:#a3201d;--alarm-ground:#fdecea}
@media (prefers-color-scheme:dark){:root{--paper:#1b211e;--ground:#111513;--ink:#eef2ef;--soft:#a9b4ad;--line:#3a443e;--leaf:#1f7d4b;--alarm:#ffb4ab;--alarm-ground:#3b1614}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:400px;background:var(--paper);border:1px solid var(--line);border-radius:16px;padding:36px 32px 32px;box-shadow:0 12px 40px rgb(0 0 0/.07)}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;letter-spacing:-.01em;margin-bottom:28px}
.brand svg{width:30px;height:30px}
h1{font-size:1.45rem;line-height:1.25;letter-spacing:-.02em;margin:0 0 6px}
p{margin:0 0 20px;color:var(--soft)}
label{display:block;font-size:.9rem;font-weight:600;margin:0 0 6px}
input{width:100%;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:10px;padding:11px 13px;margin:0 0 18px}
input[aria-invalid=true]{border-color:var(--alarm)}
button{width:100%;font:inherit;font-weight:650;border:0;border-radius:10px;padding:12px;cursor:pointer;background:var(--leaf);color:#fff}
button.quiet{background:transparent;color:var(--soft);font-weight:500;margin-top:8px}
input:focus-visible,button:focus-visible{outline:3px solid var(--ipe);outline-offset:2px}
.alarm{background:var(--alarm-ground);color:var(--alarm);border-radius:10px;padding:11px 14px;margin:0 0 20px;font-size:.95rem}
code{font-size:.85em;color:var(--soft);overflow-wrap:anywhere}
footer{margin-top:24px;font-size:.82rem;color:var(--soft)}
`;

/** The mark: the flower of the yellow ipê. */
const mark = `<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><g fill="#f2b705">${[0, 72, 144, 216, 288]
  .map((angle) => `<ellipse cx="16" cy="8.5" rx="5.2" ry="7" transform="rotate(${angle} 16 16)"/>`)
  .join('')}</g><circle cx="16" cy="16" r="3.6" fill="#14613a"/></svg>`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** A whole page around `body`, which is HTML already. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Ipê Bank</title>
<style>${style}</style>
</head>
<body>
<main>
<div class="brand">${mark}<span>Ipê Bank</span></div>
${body}
</main>
</body>
</html>
`;
}

/**
 * Headers of every page. formTargets: origins that a form's answer may redirect to, beside this one; browsers apply
 * form-action to the redirects after a form as well, so the client's origin must be named.
 */
export function pageHeaders(formTargets: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

/** The origin of a client's URI as form-action wants it; none where the URI has no origin (an app's own scheme). */
export function originOf(uri: unknown): string[] {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return [];
  const { origin } = new URL(uri);
  return origin === 'null' ? [] : [origin];
}
