/** A declaration as its users see it: the text of the source, without bodies and private members. */
import {
  type ClassElement,
  type FunctionDeclaration,
  isClassDeclaration,
  isConstructorDeclaration,
  isExpressionWithTypeArguments,
  isFunctionDeclaration,
  isIdentifier,
  isPropertyDeclaration,
  isSetAccessorDeclaration,
  isTypeAliasDeclaration,
  isTypeQueryNode,
  isTypeReferenceNode,
  isVariableDeclaration,
  type Node,
  type PropertyDeclaration,
  SyntaxKind,
  type VariableDeclaration,
} from 'typescript/unstable/ast';
import { type Checker, type Symbol as Named, SymbolFlags } from 'typescript/unstable/sync';
import { type Exported, resolved } from './entries.ts';

/** The longest value of a constant that is shown, in lines. */
const MOST_LINES = 30;

/** As it stands in the source, under the name that it is exported by. */
export function textOf({ name, symbol, node }: Exported, checker: Checker): string {
  const choices = choicesOf(symbol, node, checker);
  if (choices) return `type ${name} = ${choices.map((choice) => `'${choice}'`).join(' | ')};`;
  const text = declarationOf(node, checker).replace(/^export /, '');
  return name === symbol.name ? text : text.replace(new RegExp(`\\b${symbol.name}\\b`), name);
}

/** The types of this package that a declaration names, in its order. */
export function typesNamedIn({ symbol, node }: Omit<Exported, 'name'>, checker: Checker): Set<Named> {
  const found = new Set<Named>();
  if (choicesOf(symbol, node, checker)) return found;
  const visit = (part: Node): void => {
    const name = isTypeReferenceNode(part)
      ? part.typeName
      : isExpressionWithTypeArguments(part)
        ? part.expression
        : undefined;
    if (name && isIdentifier(name)) {
      const symbol = resolved(checker.getSymbolAtLocation(name)!, checker);
      const isOurs = symbol.declarations.some(({ path }) => path.includes('/src/') && !path.includes('/node_modules/'));
      if (isOurs && !(symbol.flags & SymbolFlags.TypeParameter)) found.add(symbol);
    }
    for (const child of shownPartsOf(part)) visit(child);
  };
  visit(node);
  return found;
}

function declarationOf(node: Node, checker: Checker): string {
  if (isFunctionDeclaration(node)) return signatureOf(node, node.getStart(), checker);
  if (isClassDeclaration(node)) {
    const members = node.members.filter(isPublic).map((member) => memberText(member, checker));
    return `${slice(node, node.getStart(), node.members.pos)}${members.join('').replace(/^\n+/, '\n')}\n}`;
  }
  if (isVariableDeclaration(node)) return `const ${variableText(node, checker)};`;
  return node.getText();
}

function memberText(member: ClassElement, checker: Checker): string {
  if (!isPropertyDeclaration(member))
    return `${signatureOf(member as unknown as FunctionDeclaration, member.pos, checker)};`;
  return `${slice(member, member.pos, member.getStart())}${variableText(member, checker)};`;
}

/** All before the body, with the type of what is returned. */
function signatureOf(node: FunctionDeclaration, from: number, checker: Checker): string {
  const start = node.getStart();
  const signature = slice(node, start, node.body?.pos ?? node.end);
  // What is returned says whether it is asynchronous, or a generator.
  const text = slice(node, from, start) + signature.replace(/^(export |static )?(async )?(function(?=\W))?\*?/, '$1$3');
  const returnsNothing = isConstructorDeclaration(node) || isSetAccessorDeclaration(node);
  if (node.type || returnsNothing) return text;
  const type = checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(node)!)!;
  return `${text}: ${checker.typeToString(type)}`;
}

/** A constant or property: with its value where that is short and says more than the type. */
function variableText(node: VariableDeclaration | PropertyDeclaration, checker: Checker): string {
  const whole = node.getText().replace(/;$/, '');
  const { type, initializer } = node;
  if (!initializer) return whole;
  const value = initializer.getText();
  if (isData(initializer) && value.split('\n').length <= MOST_LINES) return whole;
  if (type) return slice(node, node.getStart(), type.end);
  const schema = /^v\.\w+\(/.exec(value);
  if (schema) return `${node.name.getText()} = ${schema[0]}…)`;
  return `${node.name.getText()}: ${checker.typeToString(checker.getTypeOfSymbol(checker.getSymbolAtLocation(node.name)!)!)}`;
}

function isData({ kind }: Node): boolean {
  const { ArrowFunction, FunctionExpression, CallExpression, NewExpression } = SyntaxKind;
  return ![ArrowFunction, FunctionExpression, CallExpression, NewExpression].includes(kind);
}

/** The texts that a type is one of: it may be written as the members of a list elsewhere. */
function choicesOf(symbol: Named, node: Node, checker: Checker): string[] | undefined {
  if (!isTypeAliasDeclaration(node)) return undefined;
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const members = type.isUnionType() ? type.getTypes() : [];
  const choices = members.flatMap((member) => (member.isStringLiteralType() ? [member.value] : []));
  return choices.length > 0 && choices.length === members.length ? choices : undefined;
}

function isPublic(member: ClassElement): boolean {
  const { name, modifiers = [] } = member as { name?: Node; modifiers?: readonly Node[] };
  const isPrivate = modifiers.some(({ kind }) => kind === SyntaxKind.PrivateKeyword);
  if (isConstructorDeclaration(member)) return !isPrivate;
  return !isPrivate && name !== undefined && name.kind !== SyntaxKind.PrivateIdentifier;
}

function shownPartsOf(node: Node): Node[] {
  const hidden = new Set<unknown>([
    (node as { body?: Node }).body,
    (node as { initializer?: Node }).initializer,
    ...(isClassDeclaration(node) ? node.members.filter((member) => !isPublic(member)) : []),
  ]);
  const parts: Node[] = [];
  node.forEachChild((child) => {
    if (!hidden.has(child) && !isTypeQueryNode(child)) parts.push(child);
  });
  return parts;
}

function slice(node: Node, from: number, to: number): string {
  return node.getSourceFile().text.slice(from, to);
}
