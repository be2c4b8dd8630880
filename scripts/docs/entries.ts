/** What the entry points of the package export, in the order and under the headings of their source files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isExportDeclaration,
  isImportDeclaration,
  isInterfaceDeclaration,
  isNamedExports,
  isTypeAliasDeclaration,
  type Node,
  type SourceFile,
} from 'typescript/unstable/ast';
import { type Checker, type Symbol as Named, type Project, SymbolFlags } from 'typescript/unstable/sync';

export interface Entry {
  /** As it is imported: `caption-lm/nn`. */
  name: string;
  /** What its source file says of itself at its top: the first paragraph. */
  text: string;
  /** By heading; '' for what stands before the first one. */
  groups: Map<string, Exported[]>;
}

export interface Exported {
  name: string;
  symbol: Named;
  /** Its declaration. */
  node: Node;
  /** A class may be exported as a type alone: programs get one, and do not make one. */
  isTypeOnly: boolean;
}

/** Says what is to be changed in the sources before pages can be made of them. */
export class DocsError extends Error {}

/** The entry points that package.json names, in its order. */
export function readEntries(root: string, project: Project): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries<{ types?: string }>(exports).flatMap(([path, { types }]) => {
    if (!types) return []; // package.json, which exports itself
    const file = sourceFile(project, join(root, types.replace(/^\.\/dist\/(.*)\.d\.ts$/, 'src/$1.ts')));
    return { name: join(name, path), text: headerOf(file).split('\n\n')[0]!, groups: groupsOf(file, project) };
  });
}

/** The comment at the top of a file, where it is about the file and not about what is declared first. */
export function headerOf({ text, statements }: SourceFile): string {
  const [comment, inside = ''] = /^\/\*\*(.*?)\*\/\n/s.exec(text) ?? [''];
  const [first] = statements;
  const isOfFile =
    text[comment.length] === '\n' || (first && (isImportDeclaration(first) || isExportDeclaration(first)));
  return isOfFile ? inside.replaceAll(/^ *\* ?/gm, '').trim() : '';
}

/** A symbol behind the names that it was imported and exported by. */
export function resolved(symbol: Named, checker: Checker): Named {
  return symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Follows `export *` and puts what stands under equal headings together. A heading is a comment line by itself. Types follow the functions of their file. */
function groupsOf(file: SourceFile, project: Project, groups: Entry['groups'] = new Map()): Entry['groups'] {
  const { checker } = project;
  const exports = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(file)!).map((one) => [one.name, one]));
  let heading = '';
  for (const statement of file.statements) {
    const before = file.text.slice(statement.pos, statement.getStart());
    heading = /^\/\/ (.*)\n\n/m.exec(before)?.[1] ?? heading;
    if (!isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    if (!exportClause) {
      const module = checker.getSymbolAtLocation(moduleSpecifier!)!.declarations[0]!.resolve(project)!;
      groupsOf(module as SourceFile, project, groups);
    } else if (isNamedExports(exportClause)) {
      const exported = exportClause.elements.map(({ name: { text: name }, isTypeOnly }) => {
        const symbol = resolved(exports.get(name)!, checker);
        const node = symbol.declarations[0]?.resolve(project);
        if (!node) throw new DocsError(`${file.fileName} exports ${name}, which is not there`);
        return { name, symbol, node, isTypeOnly: isTypeOnly || statement.isTypeOnly };
      });
      exported.sort((a, b) => Number(isType(a)) - Number(isType(b)) || a.node.pos - b.node.pos);
      groups.set(heading, [...(groups.get(heading) ?? []), ...exported]);
    }
  }
  return groups;
}

export function isType({ node, isTypeOnly }: Exported): boolean {
  return isTypeOnly || isInterfaceDeclaration(node) || isTypeAliasDeclaration(node);
}

function sourceFile({ program }: Project, path: string): SourceFile {
  const file = program.getSourceFile(path);
  if (file) return file;
  throw new DocsError(`package.json names an entry point that has no source file ${path}`);
}
