/** The README of an exported model: what its files are, and programs that use them. Knows no model. */

export interface ExportedProgram {
  /** 'Python' or 'JavaScript'. */
  language: string;
  /** What installs what it needs. */
  install: string;
  /** How it is called, with the name that it is to be saved by. */
  call: string;
  /** Without the fence around it. */
  code: string;
}

export interface ReadmeContent {
  title: string;
  /** Paragraphs of Markdown. */
  about: readonly string[];
  /** What each file holds, by its name. */
  files: Readonly<Record<string, string>>;
  programs: readonly ExportedProgram[];
  /** Paragraphs below the programs. */
  notes?: readonly string[];
}

/** The text of a README.md. */
export function readme({ title, about, files, programs, notes = [] }: ReadmeContent): string {
  const rows = Object.entries(files).map(([name, what]) => `| \`${name}\` | ${what} |`);
  const sections = programs.flatMap(({ language, install, call, code }) => [
    `## ${language}`,
    `Saved beside the other files, and called there:\n\n\`\`\`console\n${install}\n${call}\n\`\`\``,
    `\`\`\`${language.toLowerCase()}\n${code.trim()}\n\`\`\``,
  ]);
  return `${[`# ${title}`, ...about, ['| file | what |', '|---|---|', ...rows].join('\n'), ...sections, ...notes].join('\n\n')}\n`;
}
