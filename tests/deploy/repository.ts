import { readdirSync, readFileSync } from 'node:fs';

/** A file of the repository, by its path from the root. */
export const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The names in a folder of the repository. */
export const list = (folder: string): string[] => readdirSync(new URL(`../../${folder}`, import.meta.url));

/** The TypeScript files below a folder, without tests. */
export const sources = (folder: string): string[] =>
  readdirSync(new URL(`../../${folder}`, import.meta.url), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
  });
