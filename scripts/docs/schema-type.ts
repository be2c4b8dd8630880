/** Types that are made from schemas of valibot, written out as the interfaces that they are. */
import { isTypeAliasDeclaration } from 'typescript/unstable/ast';
import { type Checker, type Symbol as Named, NodeBuilderFlags, SymbolFlags, type Type } from 'typescript/unstable/sync';
import type { Exported } from './entries.ts';

/** The longest type that is shown in one line. */
const MOST_CHARACTERS = 90;

export class SchemaTypes {
  readonly #checker: Checker;
  /** Those that are exported: a type that has taken all properties of another one extends it. */
  readonly #known: { name: string; properties: ReadonlySet<string>; whole: string }[];

  constructor(exported: readonly Exported[], checker: Checker) {
    this.#checker = checker;
    const known = exported.filter(isSchemaType).map(({ name, symbol }) => {
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const properties = new Set(checker.getPropertiesOfType(type).map((property) => this.#key(property)));
      return { name, properties, whole: this.#inOneLine(type) };
    });
    this.#known = known.sort((a, b) => b.properties.size - a.properties.size);
  }

  /** As an interface: what each property is, and what the schema says of it. */
  interfaceOf({ name, symbol }: Exported): string {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const all = this.#checker.getPropertiesOfType(type);
    const keys = new Set(all.map((property) => this.#key(property)));
    const isPart = (properties: ReadonlySet<string>) =>
      properties.size < keys.size && [...properties].every((key) => keys.has(key));
    const base = this.#known.find(({ properties }) => isPart(properties));
    const own = all.filter((property) => !base?.properties.has(this.#key(property)));
    return `interface ${name} ${base ? `extends ${base.name} ` : ''}${this.#block(own, '')}`;
  }

  #block(properties: readonly Named[], indent: string): string {
    const lines = properties.map((property) => {
      const isOptional = (property.flags & SymbolFlags.Optional) !== 0;
      const own = this.#checker.getTypeOfSymbol(property)!;
      const type = this.#text(isOptional ? this.#checker.getNonNullableType(own)! : own, `${indent}  `);
      const name = `${property.name}${isOptional ? '?' : ''}:${type.startsWith('\n') ? '' : ' '}`;
      const comment = property.getDocumentationComment(this.#checker);
      return `${commentLines(comment, `${indent}  `)}${indent}  ${name}${type};\n`;
    });
    return `{\n${lines.join('')}${indent}}`;
  }

  #text(type: Type, indent: string): string {
    const inOneLine = this.#inOneLine(type);
    const known = this.#known.find(({ whole }) => whole === inOneLine);
    if (known) return known.name;
    const isShort = inOneLine.length + indent.length < MOST_CHARACTERS;
    if (type.isUnionType() && !isShort) {
      const members = type.getTypes().map((one) => `\n${indent}  | ${this.#text(one, `${indent}    `)}`);
      return members.join('');
    }
    const properties = isLiteral(type) ? this.#checker.getPropertiesOfType(type) : [];
    const isCommented = properties.some((property) => property.getDocumentationComment(this.#checker) !== '');
    return properties.length > 0 && (isCommented || !isShort) ? this.#block(properties, indent) : inOneLine;
  }

  /** Equal for a property of two schemas of which one has taken it from the other. */
  #key({ name, declarations: [declaration] }: Named): string {
    return `${name} of ${declaration?.path}, ${declaration?.index}`;
  }

  #inOneLine(type: Type): string {
    return this.#checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation).replaceAll('"', "'");
  }
}

export function isSchemaType({ node }: Exported): boolean {
  return isTypeAliasDeclaration(node) && /\bInferOutput</.test(node.getText());
}

/** Whether a type is written as { … } and has no name. */
function isLiteral(type: Type): boolean {
  const flags = type.getSymbol()?.flags ?? 0;
  return type.isObjectType() && (flags & (SymbolFlags.TypeLiteral | SymbolFlags.ObjectLiteral)) !== 0;
}

function commentLines(comment: string, indent: string): string {
  if (comment === '') return '';
  const lines = comment.split('\n');
  if (lines.length === 1) return `${indent}/** ${comment} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
