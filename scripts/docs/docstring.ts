/** What a docstring says: its text, and its tags. */
import { isClassDeclaration, isFunctionDeclaration, type Node } from 'typescript/unstable/ast';
import type { Checker } from 'typescript/unstable/sync';
import { type Exported, headerOf } from './entries.ts';

export interface Docstring {
  text: string;
  parameters: (readonly [name: string, text: string])[];
  returns: string | undefined;
  throws: string[];
}

/** A class or function that has none is what its file says of itself. */
export function docstringOf({ symbol, node }: Exported, checker: Checker): Docstring {
  // The compiler takes a tag for one only where it begins a line.
  const [text = '', ...inLine] = symbol.getDocumentationComment(checker).split(/ (?=@(?:param|returns|throws) )/);
  const tags = [
    ...symbol.getJsDocTags(checker).map(({ name, text = '' }) => ({ name, text })),
    ...inLine.map((tag) => ({ name: /^@(\w+)/.exec(tag)![1]!, text: tag.replace(/^@\w+ /, '') })),
  ];
  const texts = (wanted: string) => tags.filter(({ name }) => name === wanted).map(({ text }) => text);
  return {
    text: text || (isDone(node) ? headerOf(node.getSourceFile()) : ''),
    parameters: texts('param').map((param) => {
      const [, name, said] = /^(\S+)\s+(.*)$/s.exec(param)!;
      return [name!, said!] as const;
    }),
    returns: texts('returns')[0],
    throws: texts('throws'),
  };
}

/** Whether it is something that does something: that needs to be described. */
export function isDone(node: Node): boolean {
  return isClassDeclaration(node) || isFunctionDeclaration(node);
}
