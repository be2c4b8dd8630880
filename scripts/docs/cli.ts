/** Makes docs/cli.md from the commands themselves: what `--help` says of each, as a page. */
import type { Argument, Command, Option } from 'commander';
import { programs } from '../../src/cli/programs.ts';
import { createProgram } from '../../src/cli/run.ts';

const HEAD = `<!-- Made by \`npm run docs\` from the commands: change these, not this page. -->

# Commands

Three programs, each with a command for each thing that it does. This is what \`--help\` says of them; in a clone,
\`npx caption\` calls what an installation calls \`caption\`.

Results go to standard output, all else to standard error. Exit codes: 0 done, 1 failed (a file, data), 2 wrong usage,
130 interrupted after saving.
`;

/** The page, as Markdown. */
export async function commandsPage(): Promise<string> {
  const loaded = await Promise.all(
    Object.entries(programs).map(async ([name, { description, commands }]) => {
      const program = createProgram(name, description, '');
      for (const load of Object.values(commands)) (await load())(program);
      return program;
    }),
  );
  const said = new Map<string, string>();
  const sections = loaded.map((program) => `## ${program.name()}\n\n${commandSections(program, said).join('\n')}`);
  return [HEAD, ...loaded.map(contents), ...sections].join('\n');
}

/** A program's commands: of one that has commands of its own, those. */
function commandsOf(program: Command): Command[] {
  return program.commands.flatMap((command) => (command.commands.length > 0 ? commandsOf(command) : [command]));
}

/** A program's commands, each with a link to where it is described. */
function contents(program: Command): string {
  const rows = commandsOf(program).map((command) => [linkTo(nameOf(command)), command.description()]);
  return table([`\`${program.name()}\``, program.description()], rows);
}

/** @param said which command has said a text at its end: it is not said again */
function commandSections(program: Command, said: Map<string, string>): string[] {
  return commandsOf(program).map((command) => {
    const name = nameOf(command);
    const more = textAfterHelp(command);
    const before = said.get(more);
    if (more) said.set(more, before ?? name);
    return [
      `### ${name}\n\n${sentence(command.description())}\n`,
      fenced(`${name} ${command.usage()}`),
      table(['argument', ''], command.registeredArguments.map(argumentRow)),
      table(['option', '', 'default'], command.options.filter(({ hidden }) => !hidden).map(optionRow)),
      before ? `The end of its help is that of ${linkTo(before)}.\n` : fenced(more),
    ]
      .filter((part) => part !== '')
      .join('\n');
  });
}

function argumentRow(argument: Argument): string[] {
  return [`\`${argument.name()}${argument.variadic ? '…' : ''}\``, withCode(argument.description)];
}

function optionRow({ flags, description, argChoices = [], defaultValue }: Option): string[] {
  const isSaid = typeof defaultValue === 'number' || (typeof defaultValue === 'string' && defaultValue !== '');
  const others = argChoices.filter((choice) => choice !== defaultValue).map((choice) => `\`${choice}\``);
  const value = isSaid ? `\`${defaultValue}\`` : '';
  const values = others.length > 0 ? `${value || 'none'}; or ${others.join(', ')}` : value;
  return [`\`${flags}\``, withCode(description), values];
}

/** What a command adds to its help, such as the layouts of data that it reads. */
function textAfterHelp(command: Command): string {
  let written = '';
  command.configureOutput({ writeOut: (text) => (written += text) }).outputHelp();
  return written.slice(command.helpInformation().length).trim();
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function linkTo(name: string): string {
  return `[\`${name}\`](#${name.replaceAll(' ', '-')})`;
}

/** Nothing, where there are no rows. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}

function fenced(text: string): string {
  return text && `\`\`\`text\n${text}\n\`\`\`\n`;
}

/** Options that a description names are set as code, and so is what looks like JSON. */
function withCode(description: string): string {
  return description.replaceAll(/--[a-z][a-z-]*|\[?\{.*\}\]?/g, (name) => `\`${name}\``);
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
